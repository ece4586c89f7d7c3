{# Rows of a query that calls functions of the package, as `call` block that fills a CTE. A call is a whole
   column of the query: {{ score(...) }} as churn_probability.

   scoring: in_warehouse: the query. scoring: external: a table that `retention build` computed from the
   query, which is in the compiled SQL as a comment; a call in it is {'function': {its arguments}}. #}
{% macro function_rows() -%}
    {%- if retention.is_external() -%}
        {%- set table = retention.external_table() -%}
/* retention build computes {{ table }} from:
{{ caller() }}
*/
    select * from {{ table }}
    {%- else -%}
        {{ caller() }}
    {%- endif -%}
{%- endmacro %}
