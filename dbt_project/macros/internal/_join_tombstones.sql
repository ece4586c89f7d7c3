{# Joins the tombstone of each row's customer, if there is one. rows: an alias with customer_id. #}
{% macro _join_tombstones(rows) -%}
    {%- set erased = ref('retention', 'stg_retention__erased_customers') -%}
    cross join (select max(salt) as salt from {{ erased }}) as salts
    left join {{ erased }} as tombstones
        on tombstones.customer_hash = {{ retention.sha256_hex("salts.salt || " ~ rows ~ ".customer_id") }}
{%- endmacro %}
