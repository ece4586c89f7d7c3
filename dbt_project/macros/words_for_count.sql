{# A count of customers as SQL text; 'fewer than 5' where there are some, but fewer than the var
   min_group_size. #}
{% macro words_for_count(count) -%}
    {%- set least = retention.setting('min_group_size') -%}
    case
        when {{ count }} > 0 and {{ count }} < {{ least }} then 'fewer than {{ least }}'
        else cast({{ count }} as {{ dbt.type_string() }})
    end
{%- endmacro %}
