{# The value of a var as SQL and Jinja read it: whole numbers as such, days and lists of texts as texts. #}
{% macro _typed_value(kind, value) %}
    {% if value is none and kind['type'] in ('list', 'mapping') %}
        {{ return([] if kind['type'] == 'list' else {}) }}
    {% elif value is none or value is boolean %}
        {{ return(value) }}
    {% elif kind['type'] == 'whole' and value is number %}
        {{ return(value | int) }}
    {% elif kind['type'] in ('day', 'relation') %}
        {{ return(value | string) }}
    {% elif kind['type'] == 'list' and kind['each']['type'] == 'text' %}
        {% set texts = value | map('string') %}
        {{ return((texts | map('lower') if kind.get('lower') else texts) | list) }}
    {% endif %}
    {{ return(value) }}
{% endmacro %}
