{# The table of tombstones: salted hashes of the ids of customers who were erased (retention erase).

   It stands in a schema of its own, beside all that dbt builds: no full refresh, and no other target or schema of the same
   warehouse, loses sight of it. #}
{% macro tombstones() %}
    {{ return(adapter.dispatch('tombstones', 'retention')()) }}
{% endmacro %}

{% macro default__tombstones() %}
    {{ return(api.Relation.create(database=target.database, schema='retention_erased', identifier='tombstones')) }}
{% endmacro %}

{% macro spark__tombstones() %}
    {{ return(api.Relation.create(schema='retention_erased', identifier='tombstones')) }}
{% endmacro %}
