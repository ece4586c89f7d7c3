{# How many rows a work table has. #}
{% macro _work_table_size(name) %}
    {{ return(run_query('select count(*) from ' ~ retention.work_table(name))[0][0] | int) }}
{% endmacro %}
