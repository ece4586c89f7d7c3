-- One row per trap of the raw data: how many lines it touches and what the mapping does about it.
with transactions as (

    select * from {{ ref('shop_transactions') }}

),

traps as (

    select
        'unknown product' as trap,
        count(*) filter (where is_unknown_product) as lines_count,
        'kept; the product gets a row without name and category' as treatment
    from transactions
    union all
    select
        'quantity 0' as trap,
        count(*) filter (where is_without_quantity) as lines_count,
        'kept at 0; an order of such lines alone is no purchase' as treatment
    from transactions
    union all
    select
        'fuel' as trap,
        count(*) filter (where is_fuel) as lines_count,
        'counted as one piece, for its quantity is thousandths of a gallon' as treatment
    from transactions

)

select * from traps
