{# The parts of a template of a sentence or condition: a list of {text} and {name, places, one, many}.

   {column} is a number without decimal places, {column:1} with one, {column day|days} one with its noun. #}
{% macro _template_parts(template) %}
    {% set place = '\\{((?:average\\.)?\\w+)(?::(\\d))?(?: ([^{}|]+)\\|([^{}|]+))?\\}' %}
    {% set parts = [] %}
    {% for piece in modules.re.split(place, template) | batch(5) %}
        {% if piece[0] %}
            {% do parts.append({'text': piece[0]}) %}
        {% endif %}
        {% if piece | length > 1 %}
            {% do parts.append({
                'name': piece[1], 'places': (piece[2] or 0) | int, 'one': piece[3], 'many': piece[4],
            }) %}
        {% endif %}
    {% endfor %}
    {{ return(parts) }}
{% endmacro %}
