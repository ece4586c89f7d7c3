{# The error for a var whose value is not allowed: what was given, what is allowed, and which page says more.

   limit: the value of the var that kind.not_below or kind.more_than names. #}
{% macro _refusal_of_value(name, kind, value, limit=none) %}
    {{ return(
        name ~ " is '" ~ value ~ "'; expected " ~ retention._expected_value(kind)
        ~ (" (now " ~ limit ~ ")" if limit is not none else "")
        ~ (" (YAML reads NO, OFF and N as false: write the text in quotes, 'NO')"
            if value is boolean and kind['type'] in ('text', 'choice') else "")
        ~ ". See docs/" ~ kind['page']
    ) }}
{% endmacro %}
