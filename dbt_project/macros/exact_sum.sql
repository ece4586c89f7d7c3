{# Sum of a number as double that does not depend on the order of the rows: added up as decimals.

   Sums of doubles differ in the last bits from run to run and from engine to engine. scale: decimal places
   that count (4 for money, 12 for weights between 0 and 1). condition: which rows. #}
{% macro exact_sum(expression, scale=4, condition=none) -%}
    cast(
        coalesce(
            sum(cast({{ expression }} as decimal(18, {{ scale }})))
            {%- if condition %} filter (where {{ condition }}){% endif %}, 0
        ) as double
    )
{%- endmacro %}
