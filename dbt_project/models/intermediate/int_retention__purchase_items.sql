-- One row per purchase and item in it: an item of a placed order with at least one piece.
{{ config(materialized='view') }}

with order_items as (

    select * from {{ ref('int_retention__order_items') }}

),

purchase_items as (

    select * from order_items
    where pieces_count > 0

)

select * from purchase_items
