{# Query: actual over expected spend per as_of_date, estimate_source, span, orders_band and decile.

   known: as _value_outcomes. The ratio of the shop on the newest date, because levels drift; times that of
   the band on all dates after that of the shop on all dates, times that of the decile after both. Every band
   and decile has a row; without outcomes its ratio is 1. #}
{% macro _value_factors(known) -%}
    {% set one_group = ['as_of_date', 'estimate_source', 'span'] %}
    with cells as (

        select
            {{ one_group | join(', ') }},
            outcome_date,
            orders_band,
            decile,
            cast(count(*) as double) as customers_count,
            {{ exact_sum('expected_amount') }} as expected_amount,
            {{ exact_sum('actual_amount') }} as actual_amount
        from {{ known }}
        group by {{ one_group | join(', ') }}, outcome_date, orders_band, decile

    ),

    of_date as (

        select
            {{ one_group | join(', ') }},
            outcome_date,
            {{ retention._shrunk_ratio('expected_amount') }} as newest_factor
        from cells
        group by {{ one_group | join(', ') }}, outcome_date

    ),

    newest as (

        select * from of_date
        qualify row_number() over (partition by {{ one_group | join(', ') }} order by outcome_date desc) = 1

    ),

    of_shop as (

        select
            {{ one_group | join(', ') }},
            {{ retention._shrunk_ratio('expected_amount') }} as shop_factor
        from cells
        group by {{ one_group | join(', ') }}

    ),

    in_shop as (

        select
            cells.*,
            of_shop.shop_factor,
            cells.expected_amount * of_shop.shop_factor as shop_amount
        from cells
        inner join of_shop
            on
                cells.as_of_date = of_shop.as_of_date
                and cells.estimate_source = of_shop.estimate_source
                and cells.span = of_shop.span

    ),

    of_orders as (

        select
            {{ one_group | join(', ') }},
            orders_band,
            {{ retention._shrunk_ratio('shop_amount') }} as orders_factor
        from in_shop
        group by {{ one_group | join(', ') }}, orders_band

    ),

    in_orders as (

        select
            in_shop.*,
            in_shop.shop_amount * of_orders.orders_factor as orders_amount
        from in_shop
        inner join of_orders
            on
                in_shop.as_of_date = of_orders.as_of_date
                and in_shop.estimate_source = of_orders.estimate_source
                and in_shop.span = of_orders.span
                and in_shop.orders_band = of_orders.orders_band

    ),

    of_deciles as (

        select
            {{ one_group | join(', ') }},
            decile,
            {{ retention._shrunk_ratio('orders_amount') }} as decile_factor
        from in_orders
        group by {{ one_group | join(', ') }}, decile

    ),

    bands as (

        {% for band in ['1', '2', '3-5', '6+'] %}
            select '{{ band }}' as orders_band
            {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    deciles as (

        {% for decile in range(1, 11) %}
            select {{ decile }} as decile
            {{ 'union all' if not loop.last }}
        {% endfor %}

    ),

    factors as (

        select
            of_shop.as_of_date,
            of_shop.estimate_source,
            of_shop.span,
            bands.orders_band,
            deciles.decile,
            round(
                newest.newest_factor
                * coalesce(of_orders.orders_factor, 1)
                * coalesce(of_deciles.decile_factor, 1), 6
            ) as correction_factor
        from of_shop
        inner join newest
            on
                of_shop.as_of_date = newest.as_of_date
                and of_shop.estimate_source = newest.estimate_source
                and of_shop.span = newest.span
        cross join bands
        cross join deciles
        left join of_orders
            on
                of_shop.as_of_date = of_orders.as_of_date
                and of_shop.estimate_source = of_orders.estimate_source
                and of_shop.span = of_orders.span
                and bands.orders_band = of_orders.orders_band
        left join of_deciles
            on
                of_shop.as_of_date = of_deciles.as_of_date
                and of_shop.estimate_source = of_deciles.estimate_source
                and of_shop.span = of_deciles.span
                and deciles.decile = of_deciles.decile

    )

    select * from factors
{%- endmacro %}
