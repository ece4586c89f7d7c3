{# The rows of one date of a by_date model, with their fingerprint where there is one; date none = no rows, but all
   columns. #}
{% macro _rows_of_date(code, date, fingerprint) %}
    select
        dated_rows.*{{ ',' if fingerprint is not none }}
        {% if fingerprint is not none %}
            cast('{{ fingerprint }}' as {{ dbt.type_string() }}) as input_fingerprint
        {% endif %}
    from (
{{ code }}
    ) as dated_rows
    where {{ "as_of_date = date '" ~ date ~ "'" if date else '1 = 0' }}
{% endmacro %}
