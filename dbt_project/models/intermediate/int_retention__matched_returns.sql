-- One row per return and purchase that it was matched to, and one per amount without a purchase.
-- Returns are the returned pieces of order lines, and credit notes. What is returned may still be more than
-- was bought: int_retention__returns limits it.
{{ config(materialized='view') }}

with line_returns as (

    select * from {{ ref('int_retention__line_returns') }}

),

notes as (

    select * from {{ ref('int_retention__credit_notes') }}

),

matched_notes as (

    select
        return_id,
        order_id,
        product_id,
        known_from_date,
        pieces_count,
        returned_amount
    from {{ ref('int_retention__credited_products') }}
    union all
    select
        return_id,
        order_id,
        cast(null as {{ dbt.type_string() }}) as product_id,
        known_from_date,
        0 as pieces_count,
        returned_amount
    from {{ ref('int_retention__credited_amounts') }}

),

matched_amounts as (

    select
        return_id,
        {{ exact_sum('returned_amount') }} as returned_amount
    from matched_notes
    group by return_id

),

matched_returns as (

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
        matched_notes.return_id,
        true as is_credit_note,
        notes.customer_id,
        matched_notes.order_id,
        matched_notes.product_id,
        notes.return_date,
        matched_notes.known_from_date,
        matched_notes.pieces_count,
        round(matched_notes.returned_amount, 4) as returned_amount
    from matched_notes
    inner join notes on matched_notes.return_id = notes.return_id
    union all
    select
        notes.return_id,
        true as is_credit_note,
        notes.customer_id,
        cast(null as {{ dbt.type_string() }}) as order_id,
        notes.product_id,
        notes.return_date,
        notes.known_from_date,
        0 as pieces_count,
        round(notes.returned_amount - coalesce(matched_amounts.returned_amount, 0), 4) as returned_amount
    from notes
    left join matched_amounts on notes.return_id = matched_amounts.return_id
    where round(notes.returned_amount - coalesce(matched_amounts.returned_amount, 0), 4) > 0

)

select * from matched_returns
