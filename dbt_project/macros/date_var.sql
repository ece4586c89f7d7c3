{# A date var as SQL, null where it is unset and may be (or_null). Stops the build where it is no date. #}
{% macro date_var(name, or_null=true) %}
    {% set value = var(name, none) %}
    {% if value is none and or_null %}
        {{ return('cast(null as date)') }}
    {% endif %}
    {% if not modules.re.match('^\\d{4}-\\d{2}-\\d{2}$', value | string) %}
        {{ exceptions.raise_compiler_error(
            name ~ " is '" ~ value ~ "'; expected a day written 'YYYY-MM-DD'" ~ (", or null" if or_null)
            ~ ". See docs/time.md"
        ) }}
    {% endif %}
    {{ return("cast('" ~ value ~ "' as date)") }}
{% endmacro %}
