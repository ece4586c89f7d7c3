-- A time with an offset is converted to the zone, also in summer time; a time without one is kept;
-- a time with an unknown zone is null.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select *
    from (
        values
        ('2024-05-01T23:30:00-05:00', '2024-05-02 04:30:00', '2024-05-02 06:30:00'),
        ('2024-05-01T00:30:00+02:00', '2024-04-30 22:30:00', '2024-05-01 00:30:00'),
        ('2024-01-01T00:30:00+02:00', '2023-12-31 22:30:00', '2023-12-31 23:30:00'),
        ('2024-05-01 10:00:00.5Z', '2024-05-01 10:00:00.5', '2024-05-01 12:00:00.5'),
        ('2024-05-01 10:00 UTC', '2024-05-01 10:00:00', '2024-05-01 12:00:00'),
        ('2024-05-01 10:00:00+0530', '2024-05-01 04:30:00', '2024-05-01 06:30:00'),
        ('2024-05-01 10:00:00 -03', '2024-05-01 13:00:00', '2024-05-01 15:00:00'),
        ('2024-05-01 10:00:00-00:30', '2024-05-01 10:30:00', '2024-05-01 12:30:00'),
        ('2024-05-01 10:00:00', '2024-05-01 10:00:00', '2024-05-01 10:00:00'),
        ('2024-05-01', '2024-05-01 00:00:00', '2024-05-01 00:00:00'),
        ('9999-12-31 23:59:59Z', '9999-12-31 23:59:59', '9999-12-31 23:59:59'),
        ('2024-05-01 10:00 PST', null, null),
        ('2024-05-01 10:00 PM', null, null),
        ('2024-05-01 10:00 Europe/Berlin', null, null),
        ('soon', null, null)
    ) as listed (given_text, expected_utc, expected_berlin) -- noqa: AL05

),

converted as (

    select
        given_text,
        {{ shop_time('given_text', zone='UTC') }} as found_utc,
        cast(expected_utc as timestamp) as expected_utc,
        {{ shop_time('given_text', zone='Europe/Berlin') }} as found_berlin,
        cast(expected_berlin as timestamp) as expected_berlin
    from given

)

select *
from converted
where
    found_utc is distinct from expected_utc
    or found_berlin is distinct from expected_berlin
