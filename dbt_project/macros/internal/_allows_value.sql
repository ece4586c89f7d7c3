{# May a var hold this value? kind: its row of _vars_contract, or a part of it. #}
{% macro _allows_value(kind, value) %}
    {% if value is none %}
        {{ return(kind.get('nullable', false)) }}
    {% endif %}
    {% set type = kind['type'] %}
    {% set is_number = value is number and value is not boolean and value - value == 0 %}
    {% set is_right = type == 'any' %}
    {% if type in ('whole', 'count', 'number', 'share') %}
        {% set is_right = is_number and (
            type == 'number'
            or (type == 'whole' and value == value | int)
            or (type == 'count' and value is integer)
            or (type == 'share' and value is not integer)
        ) and not (
            value < kind.get('low', value)
            or value > kind.get('high', value)
            or value <= kind.get('above', value - 1)
            or value >= kind.get('below', value + 1)
        ) %}
    {% elif type == 'flag' %}
        {% set is_right = value is boolean %}
    {% elif type == 'choice' %}
        {% set is_right = value is string and value in kind['choices'] %}
    {% elif type == 'text' and 'pattern' in kind %}
        {% set is_right = value is string and modules.re.fullmatch(kind['pattern'], value) is not none %}
    {% elif type == 'text' %}
        {% set is_right = value is string or is_number %}
    {% elif type == 'day' %}
        {% set day = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' %}
        {% set is_right = modules.re.fullmatch(day, value | string) is not none %}
    {% elif type == 'time_zone' %}
        {% set is_right = value is string and value in modules.pytz.all_timezones_set %}
    {% elif type == 'relation' %}
        {% set is_right = value is not mapping and value is not boolean
            and modules.re.fullmatch('[^.]+([.][^.]+)?', value | string) is not none %}
    {% elif type in ('list', 'mapping') %}
        {% set is_right = retention._allows_collection(kind, value) %}
    {% endif %}
    {{ return(is_right or ('or' in kind and retention._allows_value(kind['or'], value))) }}
{% endmacro %}
