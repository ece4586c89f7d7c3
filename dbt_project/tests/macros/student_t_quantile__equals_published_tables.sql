-- Values of a table of Student's t distribution; with many degrees of freedom they equal the normal ones.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select
        {{ normal_quantile('cast(p as double)') }} as z,
        cast(degrees as double) as degrees,
        cast(expected as double) as expected
    from (
        values
        (0.975, 10, 2.228139), (0.975, 58, 2.001717), (0.995, 30, 2.749996), (0.95, 20, 1.724718),
        (0.5, 10, 0), (0.025, 28, -2.048407), (0.975, 100000000, 1.959964)
    ) as listed (p, degrees, expected) -- noqa: AL05

)

select *
from given
where abs({{ student_t_quantile('z', 'degrees') }} - expected) > 0.0002
