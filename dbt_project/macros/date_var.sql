{# A date var as SQL, null where it is unset. Stops the build where it is no date. #}
{% macro date_var(name) %}
    {% set value = var(name, none) %}
    {% if value is none %}
        {{ return('cast(null as date)') }}
    {% endif %}
    {% if not modules.re.match('^\\d{4}-\\d{2}-\\d{2}$', value | string) %}
        {{ exceptions.raise_compiler_error(
            name ~ " is '" ~ value ~ "'; expected a day written 'YYYY-MM-DD', or null. See docs/time.md"
        ) }}
    {% endif %}
    {{ return("cast('" ~ value ~ "' as date)") }}
{% endmacro %}
