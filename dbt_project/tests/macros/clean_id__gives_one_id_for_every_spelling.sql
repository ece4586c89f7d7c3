-- Invisible characters at the ends and decimals of whole numbers are removed from an id;
-- leading zeros and other texts are kept.
{{ config(enabled=project_name == 'retention') }}

with texts as (

    select
        {{ clean_id('given') }} as found,
        expected
    from (
        values
        ('1.0', '1'), ('1', '1'), ('-20.00', '-20'), ('0.0', '0'), ('01', '01'),
        ('01.0', '01.0'), ('1.5', '1.5'), ('1.', '1.'), ('A.0', 'A.0'),
        ('1E7', '1E7'), ('nan', 'nan'), ('  x y ', 'x y'), ('	tab	', 'tab')
    ) as listed (given, expected) -- noqa: AL05

),

numbers as (

    select
        {{ clean_id('given') }} as found,
        expected
    from (
        values
        (cast(1 as double), '1'), (cast(12345678 as double), '12345678'), (cast(1.5 as double), '1.5'),
        (cast('NaN' as double), null), (cast(9007199254740992 as double), '9007199254740992')
    ) as listed (given, expected) -- noqa: AL05

),

compared as (

    select * from texts
    union all
    select * from numbers

)

select *
from compared
where coalesce(found, '(null)') <> coalesce(expected, '(null)')
