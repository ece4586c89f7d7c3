{# The text that the shop gave for each column, as given_<column>; null where it is empty. So that a rule can
   tell an empty value from one that does not fit its type, and can show it. #}
{% macro texts_as_given(columns) -%}
    {%- for column in columns -%}
        nullif(trim(cast({{ column }} as {{ dbt.type_string() }})), '') as given_{{ column }}
        {{- ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
