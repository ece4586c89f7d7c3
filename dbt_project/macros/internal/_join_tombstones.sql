{# Joins the tombstone, if there is one, of each row's customer_id. rows: an alias. #}
{% macro _join_tombstones(rows) %}
    {% set erased = ref('retention', 'stg_retention__erased_customers') %}
    cross join (select max(salt) as salt from {{ erased }}) as salts
    left join {{ erased }} as tombstones
        on tombstones.customer_hash = {{ retention.sha256_hex("salts.salt || " ~ rows ~ ".customer_id") }}
{% endmacro %}
