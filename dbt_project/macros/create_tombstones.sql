{# Creates an empty table of tombstones if there is none. #}
{% macro create_tombstones() %}
    {% set relation = retention.tombstones() %}
    {% set text = dbt.type_string() %}
    {% do adapter.create_schema(relation) %}
    create table if not exists {{ relation }} (salt {{ text }}, customer_hash {{ text }}, erased_at timestamp)
{% endmacro %}
