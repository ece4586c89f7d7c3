-- One row per product: demand at risk and stock, the largest demand at risk first, at most $most.
select
    coalesce(product_name, cast(product_id as varchar)) as product, category, customers_count, warned_customers_count,
    usual_units, units_at_risk, units_at_risk_share, forecast_units, stock_on_hand_count, stock_days, stock_warning
from mart_inventory_warning
where len($warnings) = 0 or list_contains($warnings, stock_warning)
order by units_at_risk desc nulls last, usual_units desc nulls last, product
limit $most
