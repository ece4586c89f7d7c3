-- A zone name is unknown; offsets, Z, UTC, am and pm, and other texts are not.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select *
    from (
        values
        ('2024-05-01 23:30 PST', true), ('2024-05-01T23:30:00 Europe/Berlin', true),
        ('2024-05-01T23:30:00[CET]', true), ('2024-05-01 23:30:00+02:00', false),
        ('2024-05-01 23:30Z', false), ('2024-05-01 23:30:00 UTC', false), ('2024-05-01 11:30 PM', false),
        ('2024-05-01', false), ('last week', false), ('2024-05-01 10:00 GMT+2', false)
    ) as listed (given_text, expected) -- noqa: AL05

)

select *
from given
where {{ has_unknown_zone('given_text') }} <> expected
