{# The config of a table that only grows: a date that is built again is replaced, rows of earlier dates are never touched, and
   --full-refresh keeps the table, for nothing could bring it back. #}
{% macro kept_by_date() -%}
    {{ return({
        'materialized': 'incremental',
        'incremental_strategy': replaced_by_date(),
        'unique_key': 'as_of_date',
        'partition_by': 'as_of_date',
        'on_schema_change': 'append_new_columns',
        'full_refresh': false,
    }) }}
{%- endmacro %}
