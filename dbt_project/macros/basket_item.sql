{# What an item is by the var basket_item, as SQL. Both arguments are aliases. #}
{% macro basket_item(order_lines, products) -%}
    {%- set column = retention.basket_var('basket_item') -%}
    {{ order_lines if column == 'product_id' else products }}.{{ column }}
{%- endmacro %}
