-- One row per product: the shop's own embedding of it, for example of its picture or its description.
with embedded as (

    {{ embeddings('product_embeddings', {'product_id': dbt.type_string()}) }}

)

select * from embedded
