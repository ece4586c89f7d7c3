{# {as_of_date: input_fingerprint} of the dates in a by_date table; empty for another table. #}
{% macro _computed_dates(relation) %}
    {% set columns = adapter.get_columns_in_relation(relation) %}
    {% set dates = {} %}
    {% if 'input_fingerprint' in columns | map(attribute='name') | map('lower') %}
        {% for row in run_query('select distinct as_of_date, input_fingerprint from ' ~ relation) %}
            {% do dates.update({row[0] | string: row[1]}) %}
        {% endfor %}
    {% endif %}
    {{ return(dates) }}
{% endmacro %}
