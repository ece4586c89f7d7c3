{# Drops work tables, those that exist. names: a list. #}
{% macro _drop_work_tables(names) %}
    {% for name in names %}
        {% do run_query('drop table if exists ' ~ retention.work_table(name)) %}
    {% endfor %}
{% endmacro %}
