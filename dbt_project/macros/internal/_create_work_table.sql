{# Creates a work table from a query. Default: a temporary table, which lives as long as the connection. #}
{% macro _create_work_table(name, query) %}
    {% do adapter.dispatch('_create_work_table', 'retention')(name, query) %}
{% endmacro %}

{% macro default___create_work_table(name, query) %}
    {% do run_query('create or replace temporary table ' ~ retention.work_table(name) ~ ' as ' ~ query) %}
{% endmacro %}

{% macro spark___create_work_table(name, query) %}
    {% do run_query('drop table if exists ' ~ retention.work_table(name)) %}
    {% do run_query('create table ' ~ retention.work_table(name) ~ ' using parquet as ' ~ query) %}
{% endmacro %}
