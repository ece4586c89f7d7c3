-- One row per purpose, customer and bought item that not nearly every customer buys: what customers are
-- compared by. Items above recommendation_common_item_share are left out: they cost the most and say the
-- least. Customers and items have one number per purpose, so that a join by number stays within a purpose.
with customer_items as (

    select * from {{ ref('int_retention__customer_items') }}

),

popularity as (

    select * from {{ ref('int_retention__item_popularity') }}

),

distinctive as (

    select
        customer_items.purpose,
        customer_items.customer_id,
        customer_items.customer_number,
        customer_items.is_active,
        customer_items.is_sampled,
        customer_items.is_listed,
        2 * customer_items.item_code + case when customer_items.purpose = 'backtest' then 1 else 0 end
            as item_number
    from customer_items
    inner join popularity
        on
            customer_items.purpose = popularity.purpose
            and customer_items.item_code = popularity.item_code
    where
        popularity.buyers_count
        <= {{ setting('recommendation_common_item_share') }} * popularity.customers_count

),

{# In a large shop customers are compared with a sample of the others, chosen by hash. #}
customers as (

    select
        customer_number,
        count(*) as items_count,
        cast(row_number() over (
            partition by purpose
            order by {{ hash_bucket("'near ' || customer_id", 1000000007) }}, customer_number
        ) as integer) as reference_rank
    from distinctive
    group by purpose, customer_id, customer_number

),

final as (

    select
        distinctive.purpose,
        distinctive.customer_number,
        distinctive.is_active,
        distinctive.is_sampled,
        distinctive.is_listed,
        distinctive.item_number,
        customers.items_count,
        case
            when customers.reference_rank <= {{ setting('recommendation_reference_customers') }}
                then customers.reference_rank
        end as reference_number
    from distinctive
    inner join customers on distinctive.customer_number = customers.customer_number

)

select * from final
