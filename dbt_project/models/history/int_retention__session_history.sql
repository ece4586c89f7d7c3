-- One row per customer, as_of_date and visit known on as_of_date. Feature families read sessions from here.
-- The rule of time (macro seen_by) is applied here, so a family cannot read later data.
-- depends_on: {{ ref('int_retention__known_days') }}
with spine as (

    select * from {{ ref('int_retention__spine') }}

),

sessions as (

    select * from {{ ref('stg_retention__sessions') }}

),

history as (

    select
        spine.customer_id,
        spine.as_of_date,
        sessions.session_id,
        sessions.session_date,
        {{ days_between('sessions.session_date', 'spine.as_of_date') }} as days_ago, -- noqa: LT05
        sessions.duration_seconds,
        sessions.page_views_count,
        sessions.product_views_count,
        sessions.cart_adds_count,
        sessions.searches_count,
        sessions.traffic_source
    from spine
    inner join sessions
        on
            spine.customer_id = sessions.customer_id
            and {{ seen_by('sessions.started_at', 'sessions.loaded_at', 'spine.as_of_date') }}

)

select * from history
