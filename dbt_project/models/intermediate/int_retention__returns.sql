-- One row per order, product and morning: what was then first known to have come back of the order.
-- Never more than was bought; what is more, or finds no purchase, has no order_id and still lowers spend.
with line_returns as (

    select * from {{ ref('int_retention__line_returns') }}

),

credit_note_matches as (

    select * from {{ ref('int_retention__credit_note_matches') }}

),

products as (

    select * from {{ ref('int_retention__returnable_products') }}

),

orders as (

    select distinct
        order_id,
        cast(ordered_at as date) as purchase_date,
        purchase_amount
    from products

),

{# What a line says comes back has no money of its own; what a credit note says has. #}
gathered as (

    select
        order_id || ' ' || product_id as return_id,
        false as is_credit_note,
        customer_id,
        order_id,
        product_id,
        return_date,
        known_from_date,
        pieces_count,
        returned_amount
    from line_returns
    union all
    select
        return_id,
        true as is_credit_note,
        customer_id,
        order_id,
        product_id,
        return_date,
        known_from_date,
        pieces_count,
        returned_amount
    from credit_note_matches

),

with_pieces_before as (

    select
        gathered.*,
        products.pieces_count as bought_pieces_count,
        coalesce(sum(gathered.pieces_count) over (
            partition by gathered.order_id, gathered.product_id
            order by gathered.known_from_date, gathered.return_date, gathered.return_id
            rows between unbounded preceding and 1 preceding
        ), 0) as pieces_before
    from gathered
    left join products
        on
            gathered.order_id = products.order_id
            and gathered.product_id = products.product_id

),

with_pieces_kept as (

    select
        *,
        case
            when pieces_count > 0
                then round(least(pieces_count, greatest(bought_pieces_count - pieces_before, 0)), 4)
            else 0
        end as kept_pieces_count
    from with_pieces_before

),

with_amount_before as (

    select
        with_pieces_kept.*,
        orders.purchase_date,
        orders.purchase_amount,
        sum(
            case
                when pieces_count > 0 then returned_amount * kept_pieces_count / pieces_count
                else returned_amount
            end
        ) over (
            partition by with_pieces_kept.order_id
            order by known_from_date, return_date, return_id, product_id
            rows between unbounded preceding and current row
        ) as amount_to_date,
        case
            when pieces_count > 0 then returned_amount * kept_pieces_count / pieces_count
            else returned_amount
        end as amount
    from with_pieces_kept
    left join orders on with_pieces_kept.order_id = orders.order_id

),

with_amount_kept as (

    select
        *,
        case
            when order_id is null then 0
            else
                round(
                    least(
                        amount,
                        greatest(coalesce(purchase_amount, amount_to_date) - (amount_to_date - amount), 0)
                    ), 4
                )
        end as kept_amount
    from with_amount_before

),

split as (

    select
        customer_id,
        order_id,
        product_id,
        purchase_date,
        bought_pieces_count,
        return_date,
        known_from_date,
        kept_pieces_count as pieces_count,
        kept_amount as returned_amount
    from with_amount_kept
    where order_id is not null
    union all
    select
        customer_id,
        cast(null as {{ dbt.type_string() }}) as order_id,
        product_id,
        cast(null as date) as purchase_date,
        cast(null as double) as bought_pieces_count,
        return_date,
        known_from_date,
        0 as pieces_count,
        returned_amount - kept_amount as returned_amount
    from with_amount_kept
    where
        is_credit_note
        and round(returned_amount - kept_amount, 4) > 0

),

returns as (

    select
        customer_id,
        order_id,
        product_id,
        return_date,
        known_from_date,
        max(purchase_date) as purchase_date,
        max(bought_pieces_count) as bought_pieces_count,
        {{ exact_sum('pieces_count') }} as pieces_count,
        {{ known_sum('returned_amount') }} as returned_amount
    from split
    group by customer_id, order_id, product_id, return_date, known_from_date

)

select * from returns
