{# CTEs that end in `<name>_matches` (return_id, order_id, units): each return matched to the newest earlier purchases
   that are still there, unit by unit.

   purchases: CTE of customer_id, item, order_id, known_from_date, ordered_at, units; returns: CTE of customer_id, item,
   return_id, known_from_date, returned_at, units. units: whole numbers. Events are taken in the order in which they became
   known, so that a match depends on nothing that came later.

   A purchase lifts the stock of its customer and item, a return lowers it, never below 0. So both cover a span of the
   stock's height; a unit that goes at some height is the one that last came at this height. #}
{% macro _newest_first_ctes(name, purchases, returns) -%}
    {% set stock_order -%}
        partition by customer_id, item
                order by known_from_date, happened_at, is_return, event_id
    {%- endset %}
    {{ name }}_events as (

        select
            customer_id,
            item,
            known_from_date,
            ordered_at as happened_at,
            0 as is_return,
            order_id as event_id,
            units as change
        from {{ purchases }}
        where units > 0
        union all
        select
            customer_id,
            item,
            known_from_date,
            returned_at as happened_at,
            1 as is_return,
            return_id as event_id,
            -units as change
        from {{ returns }}
        where units > 0

    ),

    {{ name }}_sums as (

        select
            *,
            sum(change) over (
                {{ stock_order }}
                rows between unbounded preceding and current row
            ) as change_to_date
        from {{ name }}_events

    ),

    {{ name }}_stocks as (

        select
            *,
            change_to_date - least(0, min(change_to_date) over (
                {{ stock_order }}
                rows between unbounded preceding and current row
            )) as stock_after
        from {{ name }}_sums

    ),

    {{ name }}_spans as (

        select
            *,
            coalesce(lag(stock_after) over (
                {{ stock_order }}
            ), 0) as stock_before
        from {{ name }}_stocks

    ),

    {{ name }}_heights as (

        select
            customer_id,
            item,
            stock_after as height
        from {{ name }}_stocks
        union
        select
            customer_id,
            item,
            0 as height
        from {{ name }}_stocks

    ),

    {{ name }}_slices as (

        select
            customer_id,
            item,
            height as slice_end,
            lag(height) over (
                partition by customer_id, item
                order by height
            ) as slice_start
        from {{ name }}_heights

    ),

    {{ name }}_moves as (

        select
            spans.event_id,
            spans.is_return,
            spans.happened_at,
            slices.slice_end - slices.slice_start as units,
            lag(spans.event_id) over (
                partition by spans.customer_id, spans.item, slices.slice_end
                order by spans.known_from_date, spans.happened_at, spans.is_return, spans.event_id
            ) as came_with,
            lag(spans.happened_at) over (
                partition by spans.customer_id, spans.item, slices.slice_end
                order by spans.known_from_date, spans.happened_at, spans.is_return, spans.event_id
            ) as came_at
        from {{ name }}_spans as spans
        inner join {{ name }}_slices as slices
            on
                spans.customer_id = slices.customer_id
                and spans.item = slices.item
                and slices.slice_start >= least(spans.stock_before, spans.stock_after)
                and slices.slice_end <= greatest(spans.stock_before, spans.stock_after)

    ),

    {{ name }}_matches as (

        select
            event_id as return_id,
            came_with as order_id,
            cast(sum(units) as double) as units
        from {{ name }}_moves
        where
            is_return = 1
            and came_at <= happened_at
        group by event_id, came_with

    )
{%- endmacro %}
