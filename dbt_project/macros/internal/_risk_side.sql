{# The condition of a sentence that has none: its first number, as printed, is on the side of the average
   where more customers churned. A sentence without a number always holds.

   {average.risk_side_of_<column>} is 1 or -1, from ml_average_customer. #}
{% macro _risk_side(words) %}
    {% set own = [] %}
    {% for part in retention._template_parts(words) if part.name and not part.name.startswith('average.') %}
        {% do own.append(part) %}
    {% endfor %}
    {% if not own %}
        {{ return('true') }}
    {% endif %}
    {% set part = own[0] %}
    {% set places = ':' ~ part.places %}
    {{ return(
        '({' ~ part.name ~ places ~ '} - {average.' ~ part.name ~ places ~ '})'
        ~ ' * {average.risk_side_of_' ~ part.name ~ '} > 0'
    ) }}
{% endmacro %}
