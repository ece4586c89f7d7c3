-- One row per product recommended to the customer $customer, from the mixed list.
select list_rank, item_name as item, is_new, reason
from mart_product_recommendations
where cast(customer_id as varchar) = $customer and list_name = 'mixed'
order by list_rank
