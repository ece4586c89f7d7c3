{# Stops the build where the input orders is empty, or where more of an input's rows are rejected than
   max_rejected_share allows.

   Runs after stg_retention__rejected_rows was written, so that the rejected rows can be looked at. There is
   nothing to check in `dbt build --empty`, which reads no rows, and in `dbt clone`, which reads no inputs.
   The example in the error is one row: its key, and the value that broke the rule. #}
{% macro check_inputs() %}
    {% if not execute or flags.EMPTY or flags.WHICH == 'clone' %}
        {{ return('') }}
    {% endif %}
    {% set rejected = {} %}
    {% for row in run_query(
        "select input_name, rejection_rule, count(*) as rejected_count, "
        ~ "max_by(rejected_value, row_key) as example_value, max(row_key) as example_key from "
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
                    "input_" ~ name ~ " (" ~ relation.identifier ~ ") is empty; "
                    ~ "at least one order is needed. Fill it, or set the var input_"
                    ~ name ~ " to another model. See docs/inputs.md"
                ) }}
            {% endif %}
            {% set count = rejected.get(name, []) | sum(attribute='count') %}
            {% if count > cap * total %}
                {% set worst = rejected[name][0] %}
                {{ exceptions.raise_compiler_error(
                    "input_" ~ name ~ " (" ~ relation.identifier ~ "): " ~ count ~ " of " ~ total
                    ~ " rows rejected, more than max_rejected_share = " ~ cap
                    ~ (" (of " ~ name ~ ")" if retention.setting('max_rejected_share') is mapping else "")
                    ~ ". Most often (" ~ worst.count ~ "): " ~ worst.rule
                    ~ (", e.g. '" ~ worst.example ~ "'" if worst.example else "")
                    ~ " (row '" ~ worst.key ~ "'). Fix the mapping, or raise the var for this input: "
                    ~ "max_rejected_share: {default: 0.01, " ~ name ~ ": 0.2}. "
                    ~ "All rejected rows: select * from " ~ this
                ) }}
            {% endif %}
        {% endif %}
    {% endfor %}
{% endmacro %}
