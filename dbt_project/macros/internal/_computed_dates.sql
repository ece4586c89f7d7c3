{# {as_of_date: input_fingerprint} of the dates that a by_date table holds; empty for a table of another kind. #}
{% macro _computed_dates(relation) %}
    {% set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list %}
    {% set dates = {} %}
    {% if 'input_fingerprint' in columns %}
        {% for row in run_query('select distinct as_of_date, input_fingerprint from ' ~ relation) %}
            {% do dates.update({row[0] | string: row[1]}) %}
        {% endfor %}
    {% endif %}
    {{ return(dates) }}
{% endmacro %}
