-- One row per model version, test date and left-out group: AUC, average precision and lift of the top 10 %.
-- They depend on the order of the probabilities alone. Tied customers count as if in random order.
{% set lift_share = 0.1 %}

with samples as (

    select * from {{ ref('int_retention__test_samples') }}

),

totals as (

    select
        model_version,
        as_of_date,
        left_out_group,
        cast(count(*) as double) as customers,
        cast(sum(churned) as double) as churners,
        floor({{ lift_share }} * count(*) + 0.5) as top_size
    from samples
    group by model_version, as_of_date, left_out_group

),

tied as (

    select
        model_version,
        as_of_date,
        left_out_group,
        churn_probability,
        cast(count(*) as double) as customers,
        cast(sum(churned) as double) as churners
    from samples
    group by model_version, as_of_date, left_out_group, churn_probability

),

cumulated as (

    select
        *,
        sum(customers) over (
            partition by model_version, as_of_date, left_out_group
            order by churn_probability desc
            rows between unbounded preceding and current row
        ) as customers_above,
        sum(churners) over (
            partition by model_version, as_of_date, left_out_group
            order by churn_probability desc
            rows between unbounded preceding and current row
        ) as churners_above
    from tied

),

ranked as (

    select
        totals.model_version,
        totals.as_of_date,
        totals.left_out_group,
        totals.customers,
        totals.churners,
        totals.top_size,
        {{ exact_sum(
            '(cumulated.customers - cumulated.churners)'
            ~ ' * (cumulated.churners_above - cumulated.churners / 2)', scale=1
        ) }} as pairs_in_order,
        {{ exact_sum(
            'cumulated.churners * cumulated.churners_above / cumulated.customers_above', scale=9
        ) }} as precision_sum,
        {{ exact_sum(
            'greatest(0, least(cumulated.customers, totals.top_size'
            ~ ' - (cumulated.customers_above - cumulated.customers)))'
            ~ ' * cumulated.churners / cumulated.customers', scale=9
        ) }} as churners_in_top
    from cumulated
    inner join totals
        on
            cumulated.model_version = totals.model_version
            and cumulated.as_of_date = totals.as_of_date
            and cumulated.left_out_group = totals.left_out_group
    group by
        totals.model_version,
        totals.as_of_date,
        totals.left_out_group,
        totals.customers,
        totals.churners,
        totals.top_size

),

metrics as (

    select
        model_version,
        as_of_date,
        left_out_group,
        pairs_in_order / nullif(churners * (customers - churners), 0) as auc,
        precision_sum / nullif(churners, 0) as average_precision,
        churners_in_top / nullif(top_size, 0) / nullif(churners / customers, 0) as lift_at_10_percent
    from ranked

)

select * from metrics
