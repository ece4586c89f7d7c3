{# May a var hold this list or mapping? kind: its row of _vars_contract, or a part of it. #}
{% macro _allows_collection(kind, value) %}
    {% set is_mapping = value is mapping %}
    {% if is_mapping != (kind['type'] == 'mapping') or value is string or value is not iterable
        or value | length < kind.get('least', 0) or value | length != kind.get('length', value | length)
        or kind.get('needs', []) | reject('in', value) | list %}
        {{ return(false) }}
    {% endif %}
    {% set last = namespace(value=none) %}
    {% for item in value %}
        {% set held = value[item] if is_mapping else item %}
        {% set each = kind.get('each') %}
        {% set kind_held = kind.get('holds', {}).get(item, each) if is_mapping else each %}
        {% if kind_held is none or not retention._allows_value(kind_held, held) %}
            {{ return(false) }}
        {% endif %}
    {% endfor %}
    {% for item in kind.get('holds', value) if kind.get('rising') %}
        {% set held = value[item] if is_mapping else item %}
        {% set is_repeated = kind['rising'] == 'strictly' and held == last.value %}
        {% if last.value is not none and (held < last.value or is_repeated) %}
            {{ return(false) }}
        {% endif %}
        {% set last.value = held %}
    {% endfor %}
    {{ return(true) }}
{% endmacro %}
