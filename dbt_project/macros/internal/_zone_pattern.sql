{# Regular expression for both engines: a time of day, followed by a possible time zone. #}
{% macro _zone_pattern() -%}
    :[0-9]{2}.*[A-Za-z+-]
{%- endmacro %}
