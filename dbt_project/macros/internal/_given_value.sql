{# The value of a var as the shop wrote it. An advanced one is in the var advanced, or has its default. #}
{% macro _given_value(name, kind) %}
    {% if not kind.get('advanced') %}
        {{ return(var(name)) }}
    {% endif %}
    {% set given = var('advanced', none) or {} %}
    {{ return(given[name] if given is mapping and name in given else kind['default']) }}
{% endmacro %}
