{# Stops every command where the adapter is not supported: it would get SQL written for DuckDB. An adapter
   that inherits from dbt-spark, such as dbt-databricks, is taken for Spark. #}
{% macro check_engine() %}
    {% do adapter.dispatch('check_engine', 'retention')(adapter.type()) %}
{% endmacro %}

{% macro default__check_engine(adapter_type) %}
    {{ exceptions.raise_compiler_error(
        "the adapter is '" ~ adapter_type ~ "'; supported are duckdb and spark. Choose a target of one of "
        ~ "these types in profiles.yml. See docs/spark.md"
    ) }}
{% endmacro %}

{% macro duckdb__check_engine(adapter_type) %}{% endmacro %}

{% macro spark__check_engine(adapter_type) %}{% endmacro %}
