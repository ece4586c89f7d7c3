{# The columns whose average the sentences or conditions of reasons use, as {average.column}. #}
{% macro _average_columns(reasons) %}
    {% set found = [] %}
    {% for reason in reasons %}
        {% for one in reason.sentences %}
            {% do found.extend(modules.re.findall('\\{average\\.(\\w+)', one.words ~ ' ' ~ one.holds_if)) %}
        {% endfor %}
    {% endfor %}
    {{ return(found | unique | sort) }}
{% endmacro %}
