-- One row per line of the file: a product that a customer bought on a day. The file has no receipt numbers:
-- all lines of a customer on one day are one order. Run download.py first: it writes the file that is read.
-- Amounts are totals of a line, not prices of a piece.
-- With hold_out_last_baskets the last order of each customer with at least three is marked, and the
-- shop does not know it: what would the customers buy next?
with lines as (

    select
        customer_id,
        strptime(transaction_dt, '%m/%d/%Y') as ordered_at,
        pin_code as postal_area,
        product_id,
        product_subclass,
        cast(amount as integer) as quantity,
        cast(sales_price as decimal(18, 2)) as line_amount
    from read_csv('{{ env_var("TA_FENG_CSV", "data/ta_feng.csv") }}', header = true, all_varchar = true)

),

numbered as (

    select
        *,
        customer_id || '-' || strftime(ordered_at, '%Y%m%d') as order_id,
        dense_rank() over (partition by customer_id order by ordered_at) as order_number,
        dense_rank() over (partition by customer_id order by ordered_at desc) as order_number_from_last
    from lines

),

transactions as (

    select
        *,
        {% if var('hold_out_last_baskets', false) %}
            order_number_from_last = 1 and order_number >= 3
        {% else %}
            false
        {% endif %} as is_held_out
    from numbered

)

select * from transactions
