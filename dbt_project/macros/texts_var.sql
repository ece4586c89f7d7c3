{# A var that lists texts, checked: stops the build where it is none, for a text would be read letter by letter. Null is an empty list.

   lower: in lower case, as staging writes what the list is compared with. #}
{% macro texts_var(name, lower=false) %}
    {% set value = var(name) %}
    {% if value is string or value is mapping or (value is not none and value is not iterable) %}
        {{ exceptions.raise_compiler_error(
            name ~ " is '" ~ value ~ "'; expected a list, such as [" ~ (value if value is string else 'one, another') ~ "]. "
            ~ "See docs/vars.md"
        ) }}
    {% endif %}
    {% set texts = [] %}
    {% for item in value or [] %}
        {% do texts.append(item | string | lower if lower else item | string) %}
    {% endfor %}
    {{ return(texts) }}
{% endmacro %}
