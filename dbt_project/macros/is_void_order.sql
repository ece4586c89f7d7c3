{# Condition: an order with this status is not a purchase, by the var void_order_statuses. An order without a
   status counts.

   The values of the var are cleaned as clean_status cleans the statuses of orders. #}
{% macro is_void_order(order_status) -%}
    {%- set statuses = [] -%}
    {%- for status in retention.setting('void_order_statuses') -%}
        {%- do statuses.append(modules.re.sub('[\\s_-]+', '_', status.strip())) -%}
    {%- endfor -%}
    coalesce({{ order_status }}, '') in ({{ retention.quoted_list(statuses | unique | list) }})
{%- endmacro %}
