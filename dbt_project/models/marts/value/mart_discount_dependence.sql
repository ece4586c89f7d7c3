-- One row per customer scored on the latest as_of_date: who buys only with a discount, and what would the
-- same orders cost at full price? An order is discounted where it used a coupon, or where at least
-- min_discount_share of its full price was taken off.
{% set min_discount_share = 0.05 %}
{% set min_orders = 3 %}
{% set window_days = 364 %}

with scored as (

    select
        customer_id,
        as_of_date
    from {{ ref('int_retention__spine') }}
    where split = 'score'

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}

),

priced as (

    select
        scored.customer_id,
        purchases.purchase_date,
        purchases.purchase_amount,
        case when purchases.purchase_amount is not null then coalesce(purchases.discount_amount, 0) end
            as discount_amount,
        coalesce(purchases.coupons_count, 0) > 0
        or coalesce(
            purchases.discount_amount > 0
            and purchases.discount_amount
            >= {{ min_discount_share }} * (purchases.purchase_amount + purchases.discount_amount),
            false
        ) as is_discounted
    from scored
    inner join purchases
        on
            scored.customer_id = purchases.customer_id
            and {{ known_at('purchases', 'scored.as_of_date') }}
            and purchases.purchase_date >= {{ days_from('scored.as_of_date', -window_days) }}

),

-- A shop that never gave a discount did not map them, or has none.
shop as (

    select count(*) filter (where discount_amount > 0 or coupons_count > 0) > 0 as is_discount_known
    from purchases

),

counted as (

    select
        customer_id,
        count(*) as orders_count,
        count(*) filter (where is_discounted) as discounted_orders_count,
        max(case when not is_discounted then purchase_date end) as last_full_price_order_date,
        {{ known_sum('purchase_amount') }} as spend_amount,
        {{ known_sum('purchase_amount', condition='is_discounted') }} as discounted_spend_amount,
        {{ known_sum('discount_amount') }} as discount_amount
    from priced
    group by customer_id

),

shares as (

    select
        scored.customer_id,
        scored.as_of_date,
        shop.is_discount_known,
        coalesce(counted.orders_count, 0) as orders_count,
        case when shop.is_discount_known then coalesce(counted.discounted_orders_count, 0) end
            as discounted_orders_count,
        case
            when shop.is_discount_known
                then cast(counted.discounted_orders_count as double) / counted.orders_count
        end as discounted_orders_share,
        case when shop.is_discount_known then counted.last_full_price_order_date end
            as last_full_price_order_date,
        counted.spend_amount,
        case when shop.is_discount_known then counted.discounted_spend_amount end as discounted_spend_amount,
        case when shop.is_discount_known then counted.discount_amount end as discount_amount
    from scored
    cross join shop
    left join counted on scored.customer_id = counted.customer_id

),

dependence as (

    select
        customer_id,
        as_of_date,
        case
            when not is_discount_known then 'not known'
            when orders_count < {{ min_orders }} then 'too few orders'
            when discounted_orders_count = orders_count then 'only with a discount'
            when 2 * discounted_orders_count >= orders_count then 'mostly with a discount'
            when discounted_orders_count > 0 then 'sometimes with a discount'
            else 'never with a discount'
        end as discount_dependence,
        cast(orders_count as bigint) as orders_count_364d,
        cast(discounted_orders_count as bigint) as discounted_orders_count_364d,
        {{ rounded('discounted_orders_share', 6) }} as discounted_orders_share,
        last_full_price_order_date,
        {{ rounded('spend_amount', 2) }} as spend_amount_364d,
        {{ rounded('discounted_spend_amount / nullif(spend_amount, 0)', 6) }} as discounted_spend_share,
        {{ rounded('discount_amount', 2) }} as discount_amount_364d,
        {{ rounded('spend_amount + discount_amount', 2) }} as full_price_amount_364d,
        {{ rounded('discount_amount / nullif(spend_amount + discount_amount, 0)', 6) }} as discount_share
    from shares

)

select * from dependence
