{# Query: the purchase rate of each date relative to the training dates. One row per as_of_date: season_index.

   usual_share ** season_index, summed over the customers of the date, is the number without a purchase. If
   purchases come at random at a rate, the probability of none is exp(-rate), so the exponent multiplies the
   rate. Newton's method on the log of the exponent. bands: as season_bands. #}
{% macro season_rates(bands) -%}
    {% set steps = 6 %}
    {% set absent = 'bands.customers_count * power(bands.usual_share, before.rate)' %}
    {% set slope = absent ~ ' * before.rate * ln(bands.usual_share)' %}

    with step_0 as (

        select
            as_of_date,
            cast(1 as double) as rate
        from {{ bands }}
        group by as_of_date

    ),

    {% for step in range(1, steps + 1) %}
        step_{{ step }} as (

            select
                bands.as_of_date,
                before.rate * exp(least(greatest(
                    (sum(bands.absent_count) - {{ exact_sum(absent, scale=9, digits=38) }})
                    / {{ exact_sum(slope, scale=9, digits=38) }}, -1
                ), 1)) as rate
            from {{ bands }} as bands
            inner join step_{{ step - 1 }} as before on bands.as_of_date = before.as_of_date
            group by bands.as_of_date, before.rate

        ),
    {% endfor %}

    rates as (

        select
            as_of_date,
            round(rate, 6) as season_index
        from step_{{ steps }}

    )

    select * from rates
{%- endmacro %}
