-- Mean, median and mode of 1, 1, 4 and 10 are 4, 2.5 and 1; the 1000 of the scoring date is not used.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select
        customer_id,
        cast('2024-01-01' as date) as as_of_date,
        split,
        cast(feature as double) as feature
    from (
        values ('A', 'train', 1), ('B', 'train', 1), ('C', 'train', 4), ('D', 'train', 10),
        ('E', 'score', 1000), ('F', 'score', null)
    ) as listed (customer_id, split, feature) -- noqa: AL05

),

filled as (

    select
        customer_id,
        {{ fill_missing('feature', 'mean', 'given') }} as by_mean,
        {{ fill_missing('feature', 'median', 'given') }} as by_median,
        {{ fill_missing('feature', 'mode', 'given') }} as by_mode,
        {{ fill_missing('feature', 'zero', 'given') }} as by_zero,
        {{ fill_missing('feature', 'none', 'given') }} as by_none
    from given -- noqa: AL04

)

select *
from filled
where
    (
        customer_id = 'F'
        and not coalesce(by_mean = 4 and by_median = 2.5 and by_mode = 1 and by_zero = 0, false)
    )
    or (customer_id = 'F' and by_none is not null)
    or (customer_id = 'E' and by_mean + by_median + by_mode + by_zero <> 4000)
