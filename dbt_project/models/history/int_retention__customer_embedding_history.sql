-- One row per customer and as_of_date: the newest vector of the customer that was made before as_of_date.
{% set dimensions = embedding_columns(
    ref('stg_retention__customer_embeddings'), ['customer_id', 'embedded_at']
) %}

with spine as (

    select * from {{ ref('int_retention__spine') }}

),

embeddings as (

    select * from {{ ref('stg_retention__customer_embeddings') }}

),

history as (

    select
        spine.customer_id,
        spine.as_of_date,
        {% for dimension in dimensions %}
            embeddings.{{ dimension }},
        {% endfor %}
        embeddings.embedded_at
    from spine
    inner join embeddings
        on
            spine.customer_id = embeddings.customer_id
            and {{ seen_by('embeddings.embedded_at', none, 'spine.as_of_date') }}
    qualify row_number() over (
        partition by spine.customer_id, spine.as_of_date
        order by embeddings.embedded_at desc
    ) = 1

)

select * from history
