{# Stops the build, in words, where orders are empty or an input has more rejected rows than max_rejected_share.

   Runs after stg_retention__rejected_rows was written, so that the evidence can be looked at. `dbt build --empty`
   reads no row of any input: then there is nothing to judge. #}
{% macro check_inputs() %}
    {% if not execute or flags.EMPTY %}
        {{ return('') }}
    {% endif %}
    {% set cap = var('max_rejected_share') | float %}
    {% set rejected = {} %}
    {% for row in run_query(
        "select input_name, rejection_rule, count(*) as rejected_count, max(rejected_value) as example_value from "
        ~ this ~ " group by input_name, rejection_rule order by input_name, count(*) desc, rejection_rule"
    ) %}
        {% do rejected.setdefault(row[0], []).append({'rule': row[1], 'count': row[2] | int, 'example': row[3]}) %}
    {% endfor %}
    {% for name in retention._input_contract() %}
        {% set relation = retention.input(name) %}
        {% if relation is not none and (name == 'orders' or name in rejected) %}
            {% set total = run_query('select count(*) from ' ~ relation)[0][0] | int %}
            {% if total == 0 %}
                {{ exceptions.raise_compiler_error(
                    "input_" ~ name ~ " (" ~ relation.identifier ~ ") is empty; at least one order is needed. "
                    ~ "Fill it, or point the var input_" ~ name ~ " elsewhere. See docs/inputs.md"
                ) }}
            {% endif %}
            {% set count = rejected.get(name, []) | sum(attribute='count') %}
            {% if count > cap * total %}
                {% set worst = rejected[name][0] %}
                {{ exceptions.raise_compiler_error(
                    "input_" ~ name ~ " (" ~ relation.identifier ~ "): " ~ count ~ " of " ~ total
                    ~ " rows rejected, more than max_rejected_share = " ~ cap ~ ". Most often (" ~ worst.count
                    ~ "): " ~ worst.rule ~ (", e.g. '" ~ worst.example ~ "'" if worst.example else "")
                    ~ ". Mend the mapping, or raise the var. All of them: select * from " ~ this
                ) }}
            {% endif %}
        {% endif %}
    {% endfor %}
{% endmacro %}
