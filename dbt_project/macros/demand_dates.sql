{# Query: the dates on which demand is forecast. One row per split: score and test as in
   int_retention__snapshots, and choice, one horizon before test: on it the method for the test date is
   chosen, so that the test date judges a choice made before. snapshots: as int_retention__snapshots. #}
{% macro demand_dates(snapshots) -%}
    {% set horizon_days = days_between('as_of_date', 'label_window_end_date') %}

    with scored as (

        select
            split,
            as_of_date,
            label_window_end_date,
            {{ horizon_days }} as horizon_days
        from {{ snapshots }}
        where split in ('test', 'score')

    )

    select * from scored
    union all
    select
        'choice' as split,
        {{ days_from('as_of_date', '-horizon_days') }} as as_of_date,
        as_of_date as label_window_end_date,
        horizon_days
    from scored
    where split = 'test'
{%- endmacro %}
