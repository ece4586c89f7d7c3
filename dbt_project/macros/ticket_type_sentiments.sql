{# The var of that name, checked: a sentiment from 0 to 1 by type of ticket, or none at all. #}
{% macro ticket_type_sentiments() %}
    {% set sentiments = var('ticket_type_sentiments') %}
    {% set sentiments = {} if sentiments is none else sentiments %}
    {% set ns = namespace(are_right=sentiments is mapping) %}
    {% for sentiment in (sentiments.values() if ns.are_right else []) %}
        {% if sentiment is not number or sentiment is boolean or sentiment < 0 or sentiment > 1 %}
            {% set ns.are_right = false %}
        {% endif %}
    {% endfor %}
    {% if not ns.are_right %}
        {{ exceptions.raise_compiler_error(
            "ticket_type_sentiments is '" ~ sentiments ~ "'; expected numbers from 0 to 1 by type of ticket, such as "
            ~ "{complaint: 0.2}, or {}. See docs/vars.md"
        ) }}
    {% endif %}
    {{ return(sentiments) }}
{% endmacro %}
