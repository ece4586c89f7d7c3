{# Writes a table in this order, for the last select of a model: who reads by these columns finds rows together.

   On DuckDB, grouping a table by the columns it is ordered by takes about half the time. #}
{% macro clustered_by(columns) -%}
    {{ adapter.dispatch('clustered_by', 'retention')(columns) }}
{%- endmacro %}

{% macro default__clustered_by(columns) -%}
    order by {{ columns | join(', ') }}
{%- endmacro %}

{# On Spark to sort a whole table costs more than readers gain. #}
{% macro spark__clustered_by(columns) -%}
{%- endmacro %}
