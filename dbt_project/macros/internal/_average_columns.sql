{# The columns of which the words of reasons name the average, as {average.column}. #}
{% macro _average_columns(reasons) %}
    {% set found = [] %}
    {% for reason in reasons %}
        {% do found.extend(
            modules.re.findall('\\{average\\.(\\w+)', reason.words ~ ' ' ~ reason.words_if_unknown)
        ) %}
    {% endfor %}
    {{ return(found | unique | sort) }}
{% endmacro %}
