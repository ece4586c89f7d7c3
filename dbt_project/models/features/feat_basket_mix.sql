-- One row per customer and as_of_date: what is in the baskets, and does it change?
-- Products are first counted once each, so that new and repeated ones are told apart without distinct counts.
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

lines as (

    select * from {{ ref('int_retention__order_line_history') }}

),

orders as (

    select
        customer_id,
        as_of_date,
        order_id,
        min(days_ago) as days_ago,
        count(*) as lines_count,
        {{ exact_sum('pieces_count') }} as pieces_count
    from lines
    group by customer_id, as_of_date, order_id

),

baskets as (

    select
        customer_id,
        as_of_date,
        cast(sum(lines_count) filter (where days_ago <= 364) as double)
        / nullif(count(*) filter (where days_ago <= 364), 0) as products_per_order_avg_364d,
        {{ exact_sum('pieces_count', condition='days_ago <= 364') }}
        / nullif(count(*) filter (where days_ago <= 364), 0) as pieces_per_order_avg_364d
    from orders
    group by customer_id, as_of_date

),

products as (

    select
        customer_id,
        as_of_date,
        product_id,
        min(days_ago) as last_days_ago,
        max(days_ago) as first_days_ago
    from lines
    group by customer_id, as_of_date, product_id

),

novelty as (

    select
        customer_id,
        as_of_date,
        cast(count(*) filter (where first_days_ago <= 84) as double)
        / nullif(count(*) filter (where last_days_ago <= 84), 0) as new_products_share_84d,
        cast(count(*) filter (where last_days_ago <= 364 and first_days_ago > last_days_ago) as double)
        / nullif(count(*) filter (where last_days_ago <= 364), 0) as repeat_products_share_364d
    from products
    group by customer_id, as_of_date

),

categories as (

    select
        customer_id,
        as_of_date,
        category,
        count(*) filter (where days_ago <= 84) as lines_count_84d,
        count(*) filter (where days_ago between 85 and 168) as lines_count_85d_to_168d,
        count(*) filter (where days_ago <= 364) as lines_count_364d
    from lines
    where category is not null
    group by customer_id, as_of_date, category

),

shares as (

    select
        *,
        lines_count_364d / nullif(
            cast(sum(lines_count_364d) over (partition by customer_id, as_of_date) as double), 0
        ) as lines_share_364d
    from categories

),

surprises as (

    select
        *,
        case when lines_share_364d > 0 then -lines_share_364d * ln(lines_share_364d) else 0 end
            as category_surprise_364d
    from shares

),

breadth as (

    select
        customer_id,
        as_of_date,
        count(*) filter (where lines_count_84d > 0) as categories_count_84d,
        count(*) filter (where lines_count_85d_to_168d > 0) as categories_count_85d_to_168d,
        count(*) filter (where lines_count_364d > 0) as categories_count_364d,
        case
            when sum(lines_count_364d) > 0 then {{ exact_sum('category_surprise_364d', scale=12) }}
        end as category_entropy_364d
    from surprises
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        baskets.products_per_order_avg_364d,
        baskets.pieces_per_order_avg_364d,
        cast(coalesce(breadth.categories_count_84d, 0) as double) as categories_count_84d,
        cast(coalesce(breadth.categories_count_85d_to_168d, 0) as double) as categories_count_85d_to_168d,
        cast(coalesce(breadth.categories_count_364d, 0) as double) as categories_count_364d,
        (coalesce(breadth.categories_count_84d, 0) + cast(1 as double))
        / (coalesce(breadth.categories_count_85d_to_168d, 0) + 1) as categories_ratio_84d_to_previous,
        breadth.category_entropy_364d,
        novelty.new_products_share_84d,
        novelty.repeat_products_share_364d
    from spine
    left join baskets
        on
            spine.customer_id = baskets.customer_id
            and spine.as_of_date = baskets.as_of_date
    left join novelty
        on
            spine.customer_id = novelty.customer_id
            and spine.as_of_date = novelty.as_of_date
    left join breadth
        on
            spine.customer_id = breadth.customer_id
            and spine.as_of_date = breadth.as_of_date

)

select * from final
