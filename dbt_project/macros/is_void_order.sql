{# Condition: an order of this status is no purchase, by the var void_order_statuses. An order without status is one.

   The values of the var are written like clean_status writes those of the orders. #}
{% macro is_void_order(order_status) -%}
    {%- set statuses = [] -%}
    {%- for status in retention.setting('void_order_statuses') -%}
        {%- do statuses.append(modules.re.sub('[\\s_-]+', '_', status.strip())) -%}
    {%- endfor -%}
    coalesce({{ order_status }}, '') in ({{ retention.quoted_list(statuses | unique | list) }})
{%- endmacro %}
