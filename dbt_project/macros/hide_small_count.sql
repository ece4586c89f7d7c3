{# A count of customers, null where it is above 0 and below the var min_group_size. #}
{% macro hide_small_count(count) -%}
    case
        when {{ count }} = 0 or {{ count }} >= {{ retention.setting('min_group_size') }} then {{ count }}
    end
{%- endmacro %}
