-- One row per customer and as_of_date: what does the customer buy, and does it change?
-- Lines are read once, into one row per product, so that products are counted without distinct counts.
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

orders as (

    select * from {{ ref('int_retention__order_history') }}

),

lines as (

    select * from {{ ref('int_retention__order_line_history') }}

),

baskets as (

    select
        customer_id,
        as_of_date,
        cast(sum(products_count) as double) / count(*) as products_per_order_avg_364d,
        {{ exact_sum('pieces_count') }} / count(*) as pieces_per_order_avg_364d
    from orders
    where days_ago <= 364 and products_count > 0
    group by customer_id, as_of_date

),

products as (

    select
        customer_id,
        as_of_date,
        product_id,
        category,
        min(days_ago) as last_days_ago,
        max(days_ago) as first_days_ago,
        count(*) filter (where days_ago between 85 and 168) as lines_count_85d_to_168d,
        count(*) filter (where days_ago <= 364) as lines_count_364d
    from lines
    group by customer_id, as_of_date, product_id, category

),

categories as (

    select
        customer_id,
        as_of_date,
        category,
        count(*) filter (where last_days_ago <= 84) as products_count_84d,
        count(*) filter (where last_days_ago <= 84 and first_days_ago <= 84) as new_products_count_84d,
        count(*) filter (where last_days_ago <= 364) as products_count_364d,
        count(*) filter (where last_days_ago <= 364 and first_days_ago > last_days_ago)
            as repeat_products_count_364d,
        sum(lines_count_85d_to_168d) as lines_count_85d_to_168d,
        cast(sum(lines_count_364d) as double) as lines_count_364d
    from products
    group by customer_id, as_of_date, category

),

mixed as (

    select
        customer_id,
        as_of_date,
        cast(sum(new_products_count_84d) as double) / nullif(sum(products_count_84d), 0)
            as new_products_share_84d,
        cast(sum(repeat_products_count_364d) as double) / nullif(sum(products_count_364d), 0)
            as repeat_products_share_364d,
        count(category) filter (where products_count_84d > 0) as categories_count_84d,
        count(category) filter (where lines_count_85d_to_168d > 0) as categories_count_85d_to_168d,
        count(category) filter (where lines_count_364d > 0) as categories_count_364d,
        {# Entropy of shares n / N is ln N - sum(n ln n) / N. #}
        nullif(sum(lines_count_364d) filter (where category is not null), 0) as lines_count_364d,
        {{ exact_sum(
            'lines_count_364d * ln(greatest(lines_count_364d, 1))', scale=9, condition='category is not null'
        ) }} as lines_by_log_sum_364d
    from categories
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        baskets.products_per_order_avg_364d,
        baskets.pieces_per_order_avg_364d,
        cast(coalesce(mixed.categories_count_84d, 0) as double) as categories_count_84d,
        cast(coalesce(mixed.categories_count_85d_to_168d, 0) as double) as categories_count_85d_to_168d,
        cast(coalesce(mixed.categories_count_364d, 0) as double) as categories_count_364d,
        (coalesce(mixed.categories_count_84d, 0) + cast(1 as double))
        / (coalesce(mixed.categories_count_85d_to_168d, 0) + 1) as categories_ratio_84d_to_previous,
        case
            when mixed.lines_count_364d is not null
                then greatest(
                    round(
                        ln(mixed.lines_count_364d) - mixed.lines_by_log_sum_364d / mixed.lines_count_364d, 9
                    ), 0
                )
        end as category_entropy_364d,
        mixed.new_products_share_84d,
        mixed.repeat_products_share_364d
    from spine
    left join baskets
        on
            spine.customer_id = baskets.customer_id
            and spine.as_of_date = baskets.as_of_date
    left join mixed
        on
            spine.customer_id = mixed.customer_id
            and spine.as_of_date = mixed.as_of_date

)

select * from final
