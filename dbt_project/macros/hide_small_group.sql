{# A figure about a group of customers; null if the group has fewer than min_group_size customers.

   count: the number of customers in the group. #}
{% macro hide_small_group(expression, count) -%}
    case
        when {{ count }} >= {{ retention.setting('min_group_size') }} then {{ expression }}
    end
{%- endmacro %}
