-- Values of a table of the normal distribution.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select
        cast(z as double) as z,
        cast(expected as double) as expected
    from (values (0, 0.5), (1, 0.8413447461), (-1, 0.1586552539), (1.959963985, 0.975), (-4, 0.0000316712))
        as listed (z, expected) -- noqa: AL05

)

select *
from given
where abs({{ normal_cdf('z') }} - expected) > 0.0000002
