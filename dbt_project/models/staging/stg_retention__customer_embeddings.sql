-- One row per customer and moment: the shop's own vector of the customer, by what was known then.
with embedded as (

    {{ embeddings('customer_embeddings', {'customer_id': dbt.type_string(), 'embedded_at': 'timestamp'}) }}

)

select * from embedded
