{# The item by the var basket_item, as SQL. Both arguments are aliases. #}
{% macro basket_item(order_lines, products) -%}
    {%- set column = retention.setting('basket_item') -%}
    {{ order_lines if column == 'product_id' else products }}.{{ column }}
{%- endmacro %}
