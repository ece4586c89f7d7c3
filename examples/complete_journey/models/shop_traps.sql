-- One row per known problem of the raw data: number of lines, and how the mapping handles it.
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
        'kept with quantity 0; an order with only such lines is not a purchase' as treatment
    from transactions
    union all
    select
        'fuel' as trap,
        count(*) filter (where is_fuel) as lines_count,
        'counted as one piece, because the quantity is in thousandths of a gallon' as treatment
    from transactions

)

select * from traps
