-- 10 and then 20 ten days later give 30 after ten more days, whatever follows; a single value is repeated.
-- The line stays within the range of training dates, here 0 to 40.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select
        customer_id,
        cast(as_of_date as date) as as_of_date,
        split,
        cast(feature as double) as feature,
        cast(expected as double) as expected
    from (
        values
        ('rises', '2024-01-01', 'train', 10, 10),
        ('rises', '2024-01-11', 'train', 20, 20),
        ('rises', '2024-01-21', 'train', null, 30),
        ('rises', '2024-01-31', 'train', 0, 0),
        ('falls', '2024-01-01', 'train', 5, 5),
        ('falls', '2024-01-11', 'train', 1, 1),
        ('falls', '2024-01-31', 'score', null, 0),
        ('once', '2024-01-01', 'train', null, null),
        ('once', '2024-01-11', 'train', 40, 40),
        ('once', '2024-01-21', 'score', null, 40)
    ) as listed (customer_id, as_of_date, split, feature, expected) -- noqa: AL05

),

filled as (

    select
        customer_id,
        as_of_date,
        expected,
        {{ fill_missing('feature', 'linear', 'given') }} as by_linear
    from given -- noqa: AL04

)

select *
from filled
where coalesce(by_linear, -1) <> coalesce(expected, -1)
