{# A var of some numbers by key, checked: stops the build where it has other keys, or where one of them is no number from low
   to high. keys: none = any, or no number at all. rising: nor may one be below the one before. #}
{% macro numbers_var(name, keys, low, high, rising=false) %}
    {% set given = {} if keys is none and var(name) is none else var(name) %}
    {% set keys = (given if given is mapping else []) | list if keys is none else keys %}
    {% set is_known = given is mapping and given | length == keys | length and keys | reject('in', given) | list == [] %}
    {% set numbers = namespace(are_right=is_known, before=low) %}
    {% for key in keys if is_known %}
        {% set value = given[key] %}
        {% if value is not number or value is boolean or value < numbers.before or value > high %}
            {% set numbers.are_right = false %}
        {% elif rising %}
            {% set numbers.before = value %}
        {% endif %}
    {% endfor %}
    {% if not numbers.are_right %}
        {{ exceptions.raise_compiler_error(
            name ~ " is '" ~ given ~ "'; expected numbers from " ~ low ~ " to " ~ high ~ " for " ~ (keys | join(' and ') or 'each key')
            ~ (", the last the highest" if rising) ~ ". See docs/vars.md"
        ) }}
    {% endif %}
    {{ return(given) }}
{% endmacro %}
