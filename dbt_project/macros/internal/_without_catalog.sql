{# SQL without the name of the database, which on DuckDB is the name of the file: a file that is renamed holds
   the same tables. Only where a schema and a table follow: a table may have the name of the database. #}
{% macro _without_catalog(sql) %}
    {% if not target.database %}
        {{ return(sql) }}
    {% endif %}
    {% set name = modules.re.escape(target.database) %}
    {% set before_schema = '(?<![\\w."])(?:"' ~ name ~ '"|' ~ name ~ ')\\.(?="?\\w+"?\\."?\\w)' %}
    {{ return(modules.re.sub(before_schema, '', sql)) }}
{% endmacro %}
