{# Condition: this customer is in the part that a by_part model computes now. Outside of a by_part model
   every customer is. #}
{% macro in_part(customer_number) -%}
    {{ return(adapter.dispatch('in_part', 'retention')(customer_number)) }}
{%- endmacro %}

{% macro default__in_part(customer_number) -%}
    {{ return(
        'coalesce(' ~ customer_number
        ~ " % getvariable('retention_parts') = getvariable('retention_part'), true)"
    ) }}
{%- endmacro %}

{% macro spark__in_part(customer_number) -%}
    {{ return('1 = 1') }}
{%- endmacro %}
