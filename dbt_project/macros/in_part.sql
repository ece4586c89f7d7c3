{# Condition: this customer is in the part that a by_part model computes now. Outside of a by_part model
   every customer is. A range, because the planner then knows how many customers there can be. #}
{% macro in_part(customer_number) -%}
    {{ return(adapter.dispatch('in_part', 'retention')(customer_number)) }}
{%- endmacro %}

{% macro default__in_part(customer_number) -%}
    {{ return(
        '(' ~ customer_number ~ " >= coalesce(getvariable('retention_part_start'), 0) and "
        ~ customer_number ~ " < coalesce(getvariable('retention_part_end'), 2147483647))"
    ) }}
{%- endmacro %}

{% macro spark__in_part(customer_number) -%}
    {{ return('1 = 1') }}
{%- endmacro %}
