{# The value of an expression on the customer's number-th earlier as_of_date on which it is not null. #}
{% macro _previous_known(expression, number) -%}
    {{ adapter.dispatch('_previous_known', 'retention')(expression, number) }}
{%- endmacro %}

{% macro default___previous_known(expression, number) -%}
    lag({{ expression }}, {{ number }} ignore nulls) over (partition by customer_id order by as_of_date)
{%- endmacro %}

{% macro spark___previous_known(expression, number) -%}
    lag({{ expression }}, {{ number }}) ignore nulls over (partition by customer_id order by as_of_date)
{%- endmacro %}
