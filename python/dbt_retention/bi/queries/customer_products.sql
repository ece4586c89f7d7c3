-- One row per product recommended to the customer $customer, from the mixed list.
select
    recommended.list_rank,
    coalesce(products.product_name, recommended.item) as item,
    recommended.is_new,
    recommended.reason
from mart_product_recommendations as recommended
left join (select cast(product_id as varchar) as item, product_name from mart_inventory_warning) as products using (item)
where cast(recommended.customer_id as varchar) = $customer and recommended.list_name = 'mixed'
order by recommended.list_rank
