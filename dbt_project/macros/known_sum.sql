{# The sum of the known values, by exact_sum. Unknown is not 0: the sum is null if no row of the group has a
   known value, or none of the rows that fulfil the condition; it is 0 if no row fulfils the condition.

   expression: a column; null = not known. scale, condition: as in exact_sum. #}
{% macro known_sum(expression, scale=4, condition=none) -%}
    case
        when count({{ expression }}) = 0 then null
        {%- if condition %}
        when
            count({{ expression }}) filter (where {{ condition }}) = 0
            and count(*) filter (where {{ condition }}) > 0
            then null
        {%- endif %}
        else {{ retention.exact_sum(expression, scale=scale, condition=condition) }}
    end
{%- endmacro %}
