{# The most similar name by the Dice coefficient of pairs of letters: {name, likeness (0 to 1)}. #}
{% macro _nearest_name(name, names) %}
    {% set best = namespace(name=none, likeness=0) %}
    {% set pairs = [] %}
    {% for at in range(name | length - 1) %}
        {% do pairs.append(name[at:at + 2]) %}
    {% endfor %}
    {% for other in names %}
        {% set other_pairs = [] %}
        {% for at in range(other | length - 1) %}
            {% do other_pairs.append(other[at:at + 2]) %}
        {% endfor %}
        {% set shared = pairs | unique | select('in', other_pairs) | list | length %}
        {% set all_pairs = pairs | unique | list | length + other_pairs | unique | list | length %}
        {% set likeness = 2 * shared / all_pairs if all_pairs else 0 %}
        {% if likeness > best.likeness %}
            {% set best.name = other %}
            {% set best.likeness = likeness %}
        {% endif %}
    {% endfor %}
    {{ return({'name': best.name, 'likeness': best.likeness}) }}
{% endmacro %}
