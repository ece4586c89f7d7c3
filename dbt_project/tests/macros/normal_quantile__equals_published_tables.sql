-- Values of a table of the normal distribution; the quantile of 0 is null.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select
        cast(p as double) as p,
        cast(expected as double) as expected
    from (
        values
        (0.5, 0), (0.975, 1.959963985), (0.8, 0.8416212336), (0.01, -2.326347874), (0.99995, 3.8905918864),
        (0, null)
    ) as listed (p, expected) -- noqa: AL05

)

select *
from given
where
    abs({{ normal_quantile('p') }} - expected) > 0.00000001
    or ({{ normal_quantile('p') }} is null) <> (expected is null)
