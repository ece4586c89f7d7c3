-- One row per customer, as_of_date and line of a purchase known on as_of_date whose product has a vector.
-- A vector has no date: it describes the product, not who bought it.
{% set dimensions = embedding_columns(ref('stg_retention__product_embeddings'), ['product_id']) %}

with lines as (

    select * from {{ ref('int_retention__order_line_history') }}

),

embeddings as (

    select * from {{ ref('stg_retention__product_embeddings') }}

),

history as (

    select
        lines.customer_id,
        lines.as_of_date,
        lines.order_id,
        lines.product_id,
        {% for dimension in dimensions %}
            embeddings.{{ dimension }},
        {% endfor %}
        lines.days_ago
    from lines
    inner join embeddings on lines.product_id = embeddings.product_id

)

select * from history
