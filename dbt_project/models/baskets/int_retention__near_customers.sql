-- One row per day of recommendations, active customer and near customer: those who bought the most alike.
-- Cosine of the two sets of items (Breese, Heckerman and Kadie 1998, "Empirical analysis of predictive
-- algorithms for collaborative filtering"). What nearly everybody buys tells nothing apart and would cost
-- the most: it is left out. In a large shop only a customer's rarest items are shared with others.
with customer_items as (

    select * from {{ ref('int_retention__customer_items') }}

),

popularity as (

    select * from {{ ref('int_retention__item_popularity') }}

),

telling_items as (

    select
        customer_items.purpose,
        customer_items.customer_id,
        customer_items.customer_number,
        customer_items.is_active,
        customer_items.is_listed,
        customer_items.item_code
    from customer_items
    inner join popularity
        on
            customer_items.purpose = popularity.purpose
            and customer_items.item_code = popularity.item_code
    where popularity.buyers_count <= {{ setting('recommendation_common_item_share') }} * popularity.customers_count -- noqa: LT05

),

customers as (

    select
        purpose,
        customer_number,
        is_active,
        is_listed,
        count(*) as items_count,
        row_number() over (
            partition by purpose
            order by {{ hash_bucket("'near ' || customer_id", 1000000007) }}, customer_number
        ) as reference_rank
    from telling_items
    group by purpose, customer_id, customer_number, is_active, is_listed

),

reference_items as (

    select
        telling_items.*,
        customers.items_count
    from telling_items
    inner join customers
        on
            telling_items.purpose = customers.purpose
            and telling_items.customer_number = customers.customer_number
    where customers.reference_rank <= {{ setting('recommendation_reference_customers') }}

),

reference_sizes as (

    select
        purpose,
        item_code,
        count(*) as references_count
    from reference_items
    group by purpose, item_code

),

sought as (

    select
        telling_items.purpose,
        telling_items.customer_number,
        telling_items.item_code,
        reference_sizes.references_count,
        sum(reference_sizes.references_count) over (
            partition by telling_items.purpose, telling_items.customer_number
            order by reference_sizes.references_count, telling_items.item_code
            rows between unbounded preceding and current row
        ) as pairs_count
    from telling_items
    inner join reference_sizes
        on
            telling_items.purpose = reference_sizes.purpose
            and telling_items.item_code = reference_sizes.item_code
    where telling_items.is_listed

),

pairs_by_customer as (

    select
        purpose,
        customer_number,
        max(pairs_count) as pairs_count
    from sought
    group by purpose, customer_number

),

{# Of the backtest a sample is listed: each of them is one of so many active customers. #}
sampling as (

    select
        purpose,
        cast(sum(case when is_active then 1 else 0 end) as double)
        / nullif(sum(case when is_listed then 1 else 0 end), 0) as active_per_listed
    from customers
    group by purpose

),

{# Of too many pairs each customer's share, for the rarest items first: they tell the most. A sample gets no
   more than if all were listed, for it is to tell how good the lists of all are. #}
limits as (

    select
        pairs_by_customer.purpose,
        case
            when
                sum(pairs_by_customer.pairs_count) * max(sampling.active_per_listed)
                > {{ setting('recommendation_max_pairs') }}
                then
                    greatest(
                        {{ 2 * setting('recommendation_near_customers') }},
                        {{ setting('recommendation_max_pairs') }}
                        / (count(*) * max(sampling.active_per_listed))
                    )
            else sum(pairs_by_customer.pairs_count)
        end as pairs_limit
    from pairs_by_customer
    inner join sampling on pairs_by_customer.purpose = sampling.purpose
    group by pairs_by_customer.purpose

),

rarest as (

    select
        sought.purpose,
        sought.customer_number,
        sought.item_code,
        customers.items_count
    from sought
    inner join limits on sought.purpose = limits.purpose
    inner join customers
        on
            sought.purpose = customers.purpose
            and sought.customer_number = customers.customer_number
    where
        sought.pairs_count <= limits.pairs_limit
        or sought.pairs_count = sought.references_count

),

{# Each morning by itself, so that pairs are grouped and ranked by whole numbers. Sizes ride along: to join
   them to the pairs would cost as much as to count these. #}
{% for purpose in ['today', 'backtest'] %}
    compared_{{ purpose }} as (

        select
            rarest.customer_number,
            reference_items.customer_number as near_customer_number,
            count(*) as shared_items_count,
            cast(count(*) as double)
            / sqrt(cast(max(rarest.items_count * reference_items.items_count) as double)) as item_cosine
        from rarest
        inner join reference_items
            on
                rarest.item_code = reference_items.item_code
                and rarest.customer_number <> reference_items.customer_number
        where
            rarest.purpose = '{{ purpose }}'
            and reference_items.purpose = '{{ purpose }}'
        group by rarest.customer_number, reference_items.customer_number

    ),

    ranked_{{ purpose }} as (

        select
            *,
            row_number() over (
                partition by customer_number
                order by round(item_cosine, 9) desc, near_customer_number
            ) as nearness_rank
        from compared_{{ purpose }}

    ),

{% endfor %}

nearest as (

    {% for purpose in ['today', 'backtest'] %}
        select
            '{{ purpose }}' as purpose,
            *
        from ranked_{{ purpose }}
        where nearness_rank <= {{ setting('recommendation_near_customers') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from nearest
