-- One row per campaign and covariate: were the arms similar before the assignment, unweighted and weighted?
-- Standardised mean differences: the difference of the means in standard deviations (Austin 2009).
-- Figures of few customers are hidden (min_group_size).
{% set limit = setting('campaign_balance_limit') %}
{% set covariates = [
    'days_since_last_order', 'days_since_first_order', 'orders_count_before', 'spend_amount_before',
    'orders_count_lookback', 'spend_amount_lookback',
] %}

with weights as (

    select * from {{ ref('int_retention__campaign_weights') }}

),

verdicts as (

    select * from {{ ref('int_retention__campaign_verdicts') }}

),

measured as (

    {% for covariate in covariates %}
        select
            campaign_id,
            is_treated,
            weight,
            '{{ covariate }}' as covariate,
            {{ covariate }} as x
        from weights
        where {{ covariate }} is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

arms as (

    select
        campaign_id,
        covariate,
        is_treated,
        cast(count(*) as double) as n,
        cast(count(*) filter (where weight > 0) as integer) as matched_count,
        {{ exact_sum('weight', scale=6) }} as w,
        {{ exact_sum('x') }} as sum_x,
        {{ exact_sum('x * x', digits=38) }} as sum_xx,
        {{ exact_sum('weight * x') }} as sum_wx
    from measured
    group by campaign_id, covariate, is_treated

),

means as (

    select
        campaign_id,
        covariate,
        is_treated,
        n,
        matched_count,
        sum_x / n as mean_x,
        -- Never below 0: for equal values the rest is an error of rounding.
        greatest(sum_xx - sum_x * sum_x / n, 0) / nullif(n - 1, 0) as variance_x,
        sum_wx / nullif(w, 0) as weighted_mean_x
    from arms

),

differences as (

    select
        treated.campaign_id,
        verdicts.design,
        treated.covariate,
        cast(treated.n as integer) as treated_count,
        treated.matched_count as treated_matched_count,
        cast(compared.n as integer) as compared_count,
        compared.matched_count as compared_matched_count,
        sqrt((treated.variance_x + compared.variance_x) / 2) as spread,
        treated.mean_x as treated_mean,
        compared.mean_x as compared_mean,
        treated.weighted_mean_x as treated_weighted_mean,
        compared.weighted_mean_x as compared_weighted_mean
    from means as treated
    inner join means as compared
        on
            treated.campaign_id = compared.campaign_id
            and treated.covariate = compared.covariate
            and not compared.is_treated
    inner join verdicts on treated.campaign_id = verdicts.campaign_id
    where treated.is_treated

),

-- Equal values without a spread differ by 0.
standardised as (

    select
        *,
        case
            when spread = 0 and round(treated_mean, 9) = round(compared_mean, 9) then 0
            else (treated_mean - compared_mean) / nullif(spread, 0)
        end as difference_before,
        case
            when spread = 0 and round(treated_weighted_mean, 9) = round(compared_weighted_mean, 9) then 0
            else (treated_weighted_mean - compared_weighted_mean) / nullif(spread, 0)
        end as difference_after,
        least(treated_count, compared_count) as smaller_count,
        least(treated_matched_count, compared_matched_count) as smaller_matched_count
    from differences

),

balance as (

    select
        campaign_id,
        design,
        covariate,
        {{ hide_small_count('treated_count') }} as treated_count,
        {{ hide_small_count('treated_matched_count') }} as treated_matched_count,
        {{ hide_small_count('compared_count') }} as compared_count,
        {{ hide_small_count('compared_matched_count') }} as compared_matched_count,
        {{ hide_small_group('round(treated_mean, 4)', 'treated_count') }} as treated_mean,
        {{ hide_small_group('round(compared_mean, 4)', 'compared_count') }} as compared_mean,
        {{ hide_small_group('round(treated_weighted_mean, 4)', 'treated_matched_count') }}
            as treated_weighted_mean,
        {{ hide_small_group('round(compared_weighted_mean, 4)', 'compared_matched_count') }}
            as compared_weighted_mean,
        {{ hide_small_group('round(difference_before, 4)', 'smaller_count') }}
            as standardised_difference_before,
        {{ hide_small_group('round(difference_after, 4)', 'smaller_matched_count') }}
            as standardised_difference_after,
        coalesce(abs(round(difference_after, 4)) <= {{ limit }}, false) as is_balanced
    from standardised

)

select * from balance
