-- One row per pair of segments: customers who moved. Segment 0 = not a customer with orders in the look-back.
select
    from_as_of_date, to_as_of_date, from_segment_number, from_segment_name, to_segment_number, to_segment_name,
    customers_count, from_segment_share, move
from mart_segment_migration
order by from_segment_number = 0, from_segment_number, to_segment_number = 0, to_segment_number
