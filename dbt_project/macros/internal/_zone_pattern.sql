{# Regular expression, on both engines: something that may be a zone follows the time of the day. #}
{% macro _zone_pattern() -%}
    :[0-9]{2}.*[A-Za-z+-]
{%- endmacro %}
