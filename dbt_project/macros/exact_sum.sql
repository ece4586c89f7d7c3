{# Sum of a number as double that does not depend on the order of the rows: added up as decimals.

   Sums of doubles differ in the last bits from run to run and from engine to engine. scale: decimal places
   that count (4 for money, 12 for weights between 0 and 1). condition: which rows. digits: in all, 38 for squares
   of money. #}
{% macro exact_sum(expression, scale=4, condition=none, digits=18) -%}
    {{ adapter.dispatch('exact_sum', 'retention')(expression, scale, condition, digits) }}
{%- endmacro %}

{% macro default__exact_sum(expression, scale, condition, digits) -%}
    cast(
        coalesce(
            sum(cast({{ expression }} as decimal({{ digits }}, {{ scale }})))
            {%- if condition %} filter (where {{ condition }}){% endif %}, 0
        ) as double
    )
{%- endmacro %}

{# Spark would round the decimal digits of a double: 0.00145 to 0.0015, where ten thousand times it is below 14.5. #}
{% macro spark__exact_sum(expression, scale, condition, digits) -%}
    (cast(
        coalesce(
            sum(cast(round(({{ expression }}) * 1e{{ scale }}) as decimal({{ digits }}, 0)))
            {%- if condition %} filter (where {{ condition }}){% endif %}, 0
        ) as double
    ) / 1e{{ scale }})
{%- endmacro %}
