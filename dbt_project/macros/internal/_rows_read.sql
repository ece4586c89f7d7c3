{# The rows of a by_key model, with their fingerprint and the day of the build. #}
{% macro _rows_read(code, fingerprint) %}
    select
        read_rows.*,
        cast('{{ fingerprint }}' as {{ dbt.type_string() }}) as input_fingerprint,
        cast('{{ run_started_at.strftime("%Y-%m-%d") }}' as date) as read_date
    from (
{{ code }}
    ) as read_rows
{% endmacro %}
