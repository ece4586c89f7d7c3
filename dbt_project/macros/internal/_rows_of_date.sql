{# The rows of one date of a by_date model, with their fingerprint; date none = all columns and no rows. #}
{% macro _rows_of_date(code, date, fingerprint) %}
    select
        dated_rows.*,
        cast('{{ fingerprint }}' as {{ dbt.type_string() }}) as input_fingerprint
    from (
{{ code }}
    ) as dated_rows
    where {{ "as_of_date = date '" ~ date ~ "'" if date else '1 = 0' }}
{% endmacro %}
