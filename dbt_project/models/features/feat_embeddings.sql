-- One row per customer and as_of_date: the shop's own vectors of the products bought and of the customer.
-- Without the vars product_embeddings and customer_embeddings there is no feature.
{% set of_products = embedding_columns(
    ref('int_retention__embedded_line_history'),
    ['customer_id', 'as_of_date', 'order_id', 'product_id', 'days_ago']
) %}
{% set of_customers = embedding_columns(
    ref('int_retention__customer_embedding_history'), ['customer_id', 'as_of_date', 'embedded_at']
) %}

with spine as (

    select * from {{ ref('int_retention__spine') }}

),

lines as (

    select * from {{ ref('int_retention__embedded_line_history') }}

),

customers as (

    select * from {{ ref('int_retention__customer_embedding_history') }}

),

averaged as (

    select
        customer_id,
        {% for dimension in of_products %}
            {{ exact_sum(dimension, scale=9) }} / count({{ dimension }}) as {{ dimension }},
        {% endfor %}
        as_of_date
    from lines
    where days_ago <= 364
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        {% for dimension in of_products %}
            averaged.{{ dimension }} as product_embedding_{{ dimension }}_avg_364d,
        {% endfor %}
        {% for dimension in of_customers %}
            customers.{{ dimension }} as customer_embedding_{{ dimension }}_last_ever,
        {% endfor %}
        spine.as_of_date
    from spine
    left join averaged -- noqa: ST11
        on
            spine.customer_id = averaged.customer_id
            and spine.as_of_date = averaged.as_of_date
    left join customers -- noqa: ST11
        on
            spine.customer_id = customers.customer_id
            and spine.as_of_date = customers.as_of_date

)

select * from final
