{# The config of a table that only grows. A date that is built again is replaced; rows of earlier dates are
   not changed. --full-refresh keeps the table, because it could not be restored. #}
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
