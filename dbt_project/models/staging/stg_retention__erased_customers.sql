-- One row per erased customer: a salted hash of the customer's id, and nothing else of them.
-- A view on a table that no full refresh touches; `retention erase` writes it.
{{ config(materialized='view', pre_hook='{{ create_tombstones() }}') }}

with tombstones as (

    select * from {{ tombstones() }}

)

select * from tombstones
