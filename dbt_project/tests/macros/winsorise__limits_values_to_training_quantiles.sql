-- The quartiles of 0, 10, 20, 30, 40 are 10 and 30; a score of 1000 becomes 30, and null stays null.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select
        split,
        cast(feature as double) as feature,
        cast(expected as double) as expected
    from (
        values ('train', 0, 10), ('train', 10, 10), ('train', 20, 20), ('train', 30, 30), ('train', 40, 30),
        ('score', 1000, 30), ('score', 15, 15), ('score', null, null)
    ) as listed (split, feature, expected) -- noqa: AL05

),

winsorised as (

    select
        expected,
        {{ winsorise('feature', 0.25, 0.75, 'given') }} as by_winsorise
    from given -- noqa: AL04

)

select *
from winsorised
where coalesce(by_winsorise, -1) <> coalesce(expected, -1)
