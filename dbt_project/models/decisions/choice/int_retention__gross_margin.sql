-- One row: gross margin as a share of spend. Measured on the lines of the look-back whose product has a unit
-- cost; assumed where no product has one.
{% set given = setting('gross_margin_share') %}

with today as (

    select * from {{ ref('int_retention__today') }}

),

lines as (

    select * from {{ ref('int_retention__purchase_lines') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

summed as (

    select
        {{ exact_sum('lines.net_amount') }} as spend_amount,
        {{ exact_sum(
            'products.unit_cost * (lines.pieces_count - lines.returned_pieces_count)', digits=38
        ) }} as cost_amount
    from today
    inner join lines
        on
            lines.purchase_date >= {{ days_from('today.as_of_date', -setting('lookback_days')) }}
            and {{ known_at('lines', 'today.as_of_date') }}
    inner join products on lines.product_id = products.product_id
    where
        products.unit_cost is not null
        and lines.net_amount is not null

),

measured as (

    select
        {% if given == 'auto' %}
            case
                when spend_amount > 0 then least(greatest(1 - cost_amount / spend_amount, 0), 1)
            end as measured_share
        {% else %}
            cast({{ given }} as double) as measured_share
        {% endif %}
    from summed

),

margin as (

    select
        round(
            coalesce(measured_share, {{ setting('assumed_gross_margin_share') }}), 6
        ) as gross_margin_share,
        measured_share is null as is_assumed
    from measured

)

select * from margin
