-- One row: the customer $customer on the latest as_of_date.
select warning.*, segments.segment_name, members.membership_tier, members.next_tier, members.amount_to_next_tier
from mart_early_warning as warning
left join mart_customer_segments as segments using (customer_id)
left join mart_member_offers as members using (customer_id)
where cast(warning.customer_id as varchar) = $customer
