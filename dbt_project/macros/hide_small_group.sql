{# A figure about a group of customers, null where the group has fewer than the var min_group_size of them.

   count: how many customers the figure is about. #}
{% macro hide_small_group(expression, count) -%}
    case
        when {{ count }} >= {{ retention.setting('min_group_size') }} then {{ expression }}
    end
{%- endmacro %}
