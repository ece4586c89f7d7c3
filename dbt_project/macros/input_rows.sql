{# The rows that the shop gives for an input, as they are: one column for each name in required and optional.
   An optional column that the shop does not have is null; an input that is not set has no rows. #}
{% macro input_rows(name, required, optional=[]) %}
    {%- set relation = retention.input(name) -%}
    {%- set found = retention._input_columns(name, required, optional) -%}
    select
    {%- for column in required + optional %}
        {{ column if column in found else 'cast(null as ' ~ dbt.type_string() ~ ') as ' ~ column }}
        {{- ',' if not loop.last }}
    {%- endfor %}
    {%- if relation is none %}
    from (select 1 as nothing where 1 = 0) as no_rows
    {%- else %}
    from {{ relation }}
    {%- endif %}
{%- endmacro %}
