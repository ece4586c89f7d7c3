-- One row per product: the shop's own vector of it, such as of its picture or its words.
with embedded as (

    {{ embeddings('product_embeddings', {'product_id': dbt.type_string()}) }}

)

select * from embedded
