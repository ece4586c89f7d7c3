{# Sum of a number as double that does not depend on the order of the rows: added up as decimals.

   Sums of doubles differ in the last bits from run to run and from engine to engine. scale: decimal places
   that count (4 for money, 12 for weights between 0 and 1). condition: which rows. digits: in all; 18 are quicker, and hold values
   up to a hundred times the largest amount of a row, with a scale of 4, or a million, with 12. none = 18 for a scale of 12 or more, else 38,
   which hold whatever a shop adds up. #}
{% macro exact_sum(expression, scale=4, condition=none, digits=none) -%}
    {{ adapter.dispatch('exact_sum', 'retention')(expression, scale, condition, digits or (18 if scale >= 12 else 38)) }}
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
