-- One row per erased customer: a salted hash of the id, and no other data of the customer.
-- A view of a table that `retention erase` writes, and that no full refresh touches.
{{ config(materialized='view', pre_hook='{{ create_tombstones() }}') }}

with tombstones as (

    select * from {{ tombstones() }}

)

select * from tombstones
