{# Loads a seed on Spark: Spark reads the file, and casts its texts to the types of the table.

   dbt-spark would turn a null into the text 'None', and send every value as SQL. The file must be where
   Spark's workers see it: seeds are small examples, for one machine. #}
{% macro _load_seed_rows(model, agate_table) %}
    {% set types = model['config'].get('column_types', {}) %}
    {% set view = 'retention_seed_' ~ model['alias'] %}
    {% set path = model['root_path'] ~ '/' ~ model['original_file_path'] %}
    {% do run_query(
        'create or replace temporary view ' ~ view ~ " using csv options (path '"
        ~ ('file://' if path.startswith('/')) ~ path ~ "', header 'true', multiLine 'true', escape '\"')"
    ) %}
    {% set sql %}
        insert into {{ this.render() }}
        select
            {% for column in agate_table.column_names %}
                cast({{ column }} as {{ types.get(column, adapter.convert_type(agate_table, loop.index0)) }})
                    as {{ column }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ view }}
    {% endset %}
    {% do run_query(sql) %}
    {% do run_query('drop view ' ~ view) %}
    {{ return(sql) }}
{% endmacro %}

{# dbt looks for this name if the package runs by itself. Only then it has seeds. #}
{% macro spark__load_csv_rows(model, agate_table) %}
    {{ return(retention._load_seed_rows(model, agate_table)) }}
{% endmacro %}
