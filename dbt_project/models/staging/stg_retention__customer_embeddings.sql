-- One row per customer and embedded_at: the shop's own embedding of the customer, from data known then.
with embedded as (

    {{ embeddings('customer_embeddings', {'customer_id': dbt.type_string(), 'embedded_at': 'timestamp'}) }}

)

select * from embedded
