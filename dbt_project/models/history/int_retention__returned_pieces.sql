-- One row per customer with a purchase in the 365 days before the latest as_of_date: pieces bought and
-- returned, as known then. Purchases that were returned completely count too.
with today as (

    select * from {{ ref('int_retention__today') }}

),

purchases as (

    select * from {{ ref('int_retention__purchases') }}
    where version_number = 1

),

returns as (

    select * from {{ ref('int_retention__returns') }}

),

bought as (

    select
        purchases.customer_id,
        case
            when count(purchases.pieces_count) > 0 then {{ exact_sum('purchases.pieces_count') }}
        end as pieces_count
    from purchases
    inner join today
        on
            purchases.purchase_date < today.as_of_date
            and purchases.known_from_date <= today.as_of_date
            and purchases.purchase_date >= {{ days_from('today.as_of_date', -365) }}
    group by purchases.customer_id

),

returned as (

    select
        returns.customer_id,
        {{ exact_sum('returns.pieces_count') }} as returned_pieces_count
    from returns
    inner join today
        on
            returns.known_from_date <= today.as_of_date
            and returns.purchase_date >= {{ days_from('today.as_of_date', -365) }}
    group by returns.customer_id

),

final as (

    select
        bought.customer_id,
        bought.pieces_count,
        case when bought.pieces_count > 0 then coalesce(returned.returned_pieces_count, 0) end
            as returned_pieces_count,
        coalesce(returned.returned_pieces_count, 0) / nullif(bought.pieces_count, 0) as returned_share
    from bought
    left join returned on bought.customer_id = returned.customer_id

)

select * from final
