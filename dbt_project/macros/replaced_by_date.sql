{# Incremental strategy of a table that grows by as_of_date: a date that is built again is replaced. #}
{% macro replaced_by_date() -%}
    {{ return(adapter.dispatch('replaced_by_date', 'retention')()) }}
{%- endmacro %}

{% macro default__replaced_by_date() -%}
    {{ return('delete+insert') }}
{%- endmacro %}

{# Partitions of as_of_date (partition_by of the model) are overwritten: Parquet has no delete. #}
{% macro spark__replaced_by_date() -%}
    {{ return('insert_overwrite') }}
{%- endmacro %}
