{# Stops the build, in words, where orders are empty or an input has more rejected rows than max_rejected_share.

   Runs after stg_retention__rejected_rows was written, so that the evidence can be looked at. `dbt build --empty`
   reads no row of any input, and `dbt clone` none at all: then there is nothing to judge. The example of a rule is of one row:
   its key, and the value of the column that the rule names. #}
{% macro check_inputs() %}
    {% if not execute or flags.EMPTY or flags.WHICH == 'clone' %}
        {{ return('') }}
    {% endif %}
    {% set rejected = {} %}
    {% for row in run_query(
        "select input_name, rejection_rule, count(*) as rejected_count, max_by(rejected_value, row_key) as example_value, "
        ~ "max(row_key) as example_key from "
        ~ this ~ " group by input_name, rejection_rule order by input_name, count(*) desc, rejection_rule"
    ) %}
        {% do rejected.setdefault(row[0], []).append(
            {'rule': row[1], 'count': row[2] | int, 'example': row[3], 'key': row[4]}
        ) %}
    {% endfor %}
    {% for name in retention._input_contract() %}
        {% set cap = retention.max_rejected_share(name) %}
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
                    ~ " rows rejected, more than max_rejected_share = " ~ cap
                    ~ (" (of " ~ name ~ ")" if retention.setting('max_rejected_share') is mapping else "") ~ ". Most often (" ~ worst.count
                    ~ "): " ~ worst.rule ~ (", e.g. '" ~ worst.example ~ "'" if worst.example else "")
                    ~ " (row '" ~ worst.key ~ "'). Mend the mapping, or raise the var, for this input alone by "
                    ~ "max_rejected_share: {default: 0.01, " ~ name ~ ": 0.2}. All of them: select * from " ~ this
                ) }}
            {% endif %}
        {% endif %}
    {% endfor %}
{% endmacro %}
