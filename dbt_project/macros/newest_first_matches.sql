{# A query of return_id, order_id and amount: each return matched to the customer's newest earlier purchases
   of the same item, as far as they are not returned yet.

   Each argument names a CTE, in which amount is a number of pieces or of money:
   - purchases: customer_id, item, order_id, known_from_date, ordered_at, amount;
   - taken: order_id, item, known_from_date, amount: what had come back of a purchase in another way;
   - returns: customer_id, item, return_id, known_from_date, returned_at, amount.

   Amounts are counted in whole units of 0.0001, because sums of doubles depend on their order. Events are
   taken in the order in which they became known, so a match never depends on a later event.

   A purchase raises the stock of its customer and item, a return lowers it, never below 0. So each event
   covers a span of heights of the stock. The unit that a return takes at some height is the one that came
   last at this height. #}
{% macro newest_first_matches(purchases, taken, returns) -%}
    {%- set stock_order -%}
        partition by customer_id, item
                order by known_from_date, happened_at, is_return, event_id
    {%- endset -%}
    {%- set move_order -%}
        partition by spans.customer_id, spans.item, slices.slice_end
                order by spans.known_from_date, spans.happened_at, spans.is_return, spans.event_id
    {%- endset -%}
    with returned_purchases as (

        select
            purchases.customer_id,
            purchases.item,
            purchases.order_id,
            purchases.known_from_date,
            purchases.ordered_at,
            purchases.amount,
            min(returns.known_from_date) as first_return_date
        from {{ purchases }} as purchases
        inner join {{ returns }} as returns
            on
                purchases.customer_id = returns.customer_id
                and purchases.item = returns.item
                and purchases.known_from_date <= returns.known_from_date
        group by
            purchases.customer_id, purchases.item, purchases.order_id,
            purchases.known_from_date, purchases.ordered_at, purchases.amount

    ),

    {# What had come back in another way by the first return after the purchase is no longer there. #}
    events as (

        select
            bought.customer_id,
            bought.item,
            bought.known_from_date,
            bought.ordered_at as happened_at,
            0 as is_return,
            bought.order_id as event_id,
            cast(round(
                (bought.amount - {{ retention.exact_sum('coalesce(taken.amount, 0)') }}) * 10000
            ) as bigint) as change
        from returned_purchases as bought
        left join {{ taken }} as taken
            on
                bought.order_id = taken.order_id
                and bought.item = taken.item
                and bought.first_return_date >= taken.known_from_date
        group by
            bought.customer_id, bought.item, bought.known_from_date,
            bought.ordered_at, bought.order_id, bought.amount
        union all
        select
            customer_id,
            item,
            known_from_date,
            returned_at as happened_at,
            1 as is_return,
            return_id as event_id,
            -cast(round(amount * 10000) as bigint) as change
        from {{ returns }}

    ),

    sums as (

        select
            *,
            sum(change) over (
                {{ stock_order }}
                rows between unbounded preceding and current row
            ) as change_to_date
        from events
        where
            (is_return = 0 and change > 0)
            or (is_return = 1 and change < 0)

    ),

    stocks as (

        select
            *,
            change_to_date - least(0, min(change_to_date) over (
                {{ stock_order }}
                rows between unbounded preceding and current row
            )) as stock_after
        from sums

    ),

    spans as (

        select
            *,
            coalesce(lag(stock_after) over (
                {{ stock_order }}
            ), 0) as stock_before
        from stocks

    ),

    heights as (

        select
            customer_id,
            item,
            stock_after as height
        from stocks
        union
        select
            customer_id,
            item,
            0 as height
        from stocks

    ),

    slices as (

        select
            customer_id,
            item,
            height as slice_end,
            lag(height) over (
                partition by customer_id, item
                order by height
            ) as slice_start
        from heights

    ),

    moves as (

        select
            spans.event_id,
            spans.is_return,
            spans.happened_at,
            slices.slice_end - slices.slice_start as units,
            lag(spans.event_id) over (
                {{ move_order }}
            ) as came_with,
            lag(spans.happened_at) over (
                {{ move_order }}
            ) as came_at
        from spans
        inner join slices
            on
                spans.customer_id = slices.customer_id
                and spans.item = slices.item
                and slices.slice_start >= least(spans.stock_before, spans.stock_after)
                and slices.slice_end <= greatest(spans.stock_before, spans.stock_after)

    )

    select
        event_id as return_id,
        came_with as order_id,
        cast(sum(units) as double) / 10000 as amount
    from moves
    where
        is_return = 1
        and came_at <= happened_at
    group by event_id, came_with
{%- endmacro %}
