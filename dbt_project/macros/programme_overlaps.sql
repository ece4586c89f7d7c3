{# Query: what each month of the holdout has in common with the months before it. One row per campaign_id (a
   month): overlap, which is added to the square of its margin where months are added up.

   A customer's part in the value of a month is the deviation from the mean of the arm, over the size of the
   arm, scaled so that the squares of all parts add up to the square of the margin. The squared margin of
   several months is the sum over customers of the square of the sum of their parts; overlap is twice the sum
   of part times earlier parts. CUPED takes away some of the correlation of months, which stays in here.
   outcomes: as int_retention__programme_outcomes. profits: campaign_id, margin_amount. #}
{% macro programme_overlaps(outcomes, profits) -%}
    with measured as (

        select
            outcomes.campaign_id,
            outcomes.customer_id,
            outcomes.is_treated,
            outcomes.y,
            profits.margin_amount
        from {{ outcomes }} as outcomes
        inner join {{ profits }} as profits on outcomes.campaign_id = profits.campaign_id
        where outcomes.has_control

    ),

    arms as (

        select
            campaign_id,
            is_treated,
            cast(count(*) as double) as customers_count,
            {{ exact_sum('y') }} / count(*) as mean_y,
            {{ exact_sum('y * y') }} - power({{ exact_sum('y') }}, 2) / count(*) as squared_deviations
        from measured
        group by campaign_id, is_treated

    ),

    differences as (

        select
            campaign_id,
            sqrt({{ exact_sum('squared_deviations / power(customers_count, 2)', scale=12, digits=38) }})
                as standard_error
        from arms
        group by campaign_id

    ),

    parts as (

        select
            measured.campaign_id,
            measured.customer_id,
            case when measured.is_treated then 1 else -1 end
            * (measured.y - arms.mean_y) / arms.customers_count
            * measured.margin_amount / nullif(differences.standard_error, 0) as part
        from measured
        inner join arms
            on
                measured.campaign_id = arms.campaign_id
                and measured.is_treated = arms.is_treated
        inner join differences on measured.campaign_id = differences.campaign_id

    ),

    -- The ids of the months sort by date.
    with_earlier as (

        select
            campaign_id,
            part,
            sum(part) over (
                partition by customer_id
                order by campaign_id
                rows between unbounded preceding and 1 preceding
            ) as earlier_part
        from parts

    )

    select
        campaign_id,
        2 * {{ exact_sum('part * coalesce(earlier_part, 0)', scale=6) }} as overlap
    from with_earlier
    group by campaign_id
{%- endmacro %}
