-- One row per purpose and item that may be recommended: how popular it is, with ranks among these items.
-- The backtest offers every item: stock and margin of a past as_of_date are not known.
with popularity as (

    select * from {{ ref('int_retention__item_popularity') }}

),

items as (

    select * from {{ ref('int_retention__recommendable_items') }}

),

trials as (

    select * from {{ ref('int_retention__recommendation_trials') }}
    where is_chosen

),

offered as (

    select
        popularity.purpose,
        popularity.item_code,
        items.is_durable,
        popularity.is_everyday,
        popularity.recent_buyers_count,
        coalesce(trials.prior_weight, {{ _recommendation_choices()['weights'][0] }})
        * popularity.mean_decayed_orders as prior_score,
        row_number() over (
            partition by popularity.purpose
            order by popularity.prior_rank
        ) as prior_rank,
        row_number() over (
            partition by popularity.purpose
            order by popularity.popularity_rank
        ) as popularity_rank
    from popularity
    inner join items on popularity.item_code = items.item_code
    left join trials on popularity.purpose = trials.purpose
    where
        popularity.purpose = 'backtest'
        or items.is_sellable

)

select * from offered
