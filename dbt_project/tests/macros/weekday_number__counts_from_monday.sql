-- 1 January 2024 was a Monday, 29 February 2024 a Thursday, 1 January 1997 a Wednesday.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select
        cast(listed_date as date) as listed_date,
        expected
    from (values ('2024-01-01', 1), ('2024-02-29', 4), ('2024-03-03', 7), ('1997-01-01', 3))
        as listed (listed_date, expected) -- noqa: AL05

)

select *
from given
where {{ weekday_number('listed_date') }} <> expected
