-- One row per item: can it be recommended on the latest as_of_date? By category, stock and margin, if known.
with items as (

    select * from {{ ref('int_retention__items') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

today as (

    select as_of_date
    from {{ ref('int_retention__snapshots') }}
    where split = 'score'

),

purchase_lines as (

    select * from {{ ref('int_retention__purchase_lines') }}

),

product_margins as (

    select
        purchase_lines.product_id,
        {{ exact_sum('purchase_lines.net_amount') }} as net_amount,
        {{ exact_sum(
            '(purchase_lines.pieces_count - purchase_lines.returned_pieces_count) * products.unit_cost',
            digits=38
        ) }} as cost_amount
    from purchase_lines
    inner join today on {{ known_at('purchase_lines', 'today.as_of_date') }}
    inner join products on purchase_lines.product_id = products.product_id
    where
        products.unit_cost is not null
        and purchase_lines.net_amount is not null
    group by purchase_lines.product_id

),

product_facts as (

    select
        {{ basket_item('products', 'products') }} as item,
        case
            when
                products.category in ({{ quoted_list(setting('recommendation_left_out')) }})
                or products.subcategory in ({{ quoted_list(setting('recommendation_left_out')) }})
                then 1
            else 0
        end as left_out_flag,
        case
            when
                products.category in ({{ quoted_list(setting('durable_items')) }})
                or products.subcategory in ({{ quoted_list(setting('durable_items')) }})
                then 1
            else 0
        end as durable_flag,
        coalesce(products.stock_on_hand_count, 1) as stock_count,
        product_margins.net_amount,
        product_margins.cost_amount
    from products
    left join product_margins on products.product_id = product_margins.product_id

),

item_facts as (

    select
        item,
        min(left_out_flag) as left_out_flag,
        max(durable_flag) as durable_flag,
        max(stock_count) as most_stock_count,
        {{ exact_sum('net_amount') }} as net_amount,
        {{ exact_sum('cost_amount', digits=38) }} as cost_amount
    from product_facts
    where item is not null
    group by item

),

judged as (

    select
        items.item_code,
        items.item,
        items.item_name,
        coalesce(item_facts.left_out_flag, 0) = 1
        or items.item in ({{ quoted_list(setting('recommendation_left_out')) }}) as is_left_out,
        coalesce(item_facts.durable_flag, 0) = 1
        or items.item in ({{ quoted_list(setting('durable_items')) }}) as is_durable,
        coalesce(item_facts.most_stock_count, 1) > 0 as is_in_stock,
        case
            when item_facts.net_amount > 0
                then (item_facts.net_amount - item_facts.cost_amount) / item_facts.net_amount
        end as margin_share
    from items
    left join item_facts on items.item = item_facts.item

),

allowed as (

    select
        *,
        is_in_stock
        and (
            margin_share is null
            or margin_share >= {{ setting('recommendation_min_margin_share') }}
        ) as is_sellable
    from judged

)

select * from allowed
