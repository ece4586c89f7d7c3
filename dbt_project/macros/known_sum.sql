{# Sum of an amount over the rows that give it, as exact_sum adds it up. Unknown is not zero: null where no row of the
   group gives the amount, or none of the rows that the condition picks; 0 where the condition picks no row.

   expression: a column, null where the amount is not given. scale, condition: as in exact_sum. #}
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
