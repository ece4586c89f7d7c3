{# The error for a var whose value is not allowed: what was given, what is allowed, and which page says more. #}
{% macro _refusal_of_value(name, kind, value) %}
    {{ return(
        ('advanced: ' if kind.get('advanced')) ~ name ~ " is '" ~ value ~ "'; expected "
        ~ retention._expected_value(kind)
        ~ (" (YAML reads NO, OFF and N as false: write the text in quotes, 'NO')" if value is boolean
            and kind['type'] in ('text', 'choice'))
        ~ ". See docs/" ~ kind['page']
    ) }}
{% endmacro %}
