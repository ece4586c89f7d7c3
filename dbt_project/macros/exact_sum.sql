{# The sum of a number, as double. It does not depend on the order of the rows, because decimals are added.

   A sum of doubles differs in its last bits between runs and between engines. scale: decimal places (4 for
   money, 12 for weights between 0 and 1). condition: the rows to add. digits: all digits of the decimal. 18
   are faster; 38 hold every sum of a shop. none = 18 for a scale of 12 or more, else 38. #}
{% macro exact_sum(expression, scale=4, condition=none, digits=none) -%}
    {%- set digits = digits or (18 if scale >= 12 else 38) -%}
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

{# Spark would round the decimal digits of a double, 0.00145 to 0.0015, although 10,000 times the double is
   below 14.5. #}
{% macro spark__exact_sum(expression, scale, condition, digits) -%}
    (cast(
        coalesce(
            sum(cast(round(({{ expression }}) * 1e{{ scale }}) as decimal({{ digits }}, 0)))
            {%- if condition %} filter (where {{ condition }}){% endif %}, 0
        ) as double
    ) / 1e{{ scale }})
{%- endmacro %}
