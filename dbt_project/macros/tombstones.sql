{# The table of tombstones: salted hashes of the ids of erased customers (retention erase).

   It is in its own schema, so that every target and schema of the warehouse uses the same tombstones, and no
   full refresh drops them. #}
{% macro tombstones() %}
    {{ return(adapter.dispatch('tombstones', 'retention')()) }}
{% endmacro %}

{% macro default__tombstones() %}
    {{ return(api.Relation.create(
        database=target.database, schema='retention_erased', identifier='tombstones'
    )) }}
{% endmacro %}

{% macro spark__tombstones() %}
    {{ return(api.Relation.create(schema='retention_erased', identifier='tombstones')) }}
{% endmacro %}
