-- One row per input row that breaks the contract, with the rule it breaks.
{{ config(post_hook={'sql': '{{ check_inputs() }}', 'transaction': false}) }}

-- A line is rejected where its order is unknown or rejected.
with judged_orders as (

    select
        order_id,
        case when rejection_rule is null then 1 else 0 end as is_accepted
    from ({{ _checked_rows('orders') }}) as checked_rows

),

rejected as (

    {{ rejected_rows('orders') }}
    union all
    {{ rejected_rows('order_lines', parents={'order_id': 'judged_orders'}) }}
    union all
    {{ rejected_rows('customers') }}
    union all
    {{ rejected_rows('products') }}
    union all
    {{ rejected_rows('sessions') }}
    union all
    {{ rejected_rows('reviews') }}
    union all
    {{ rejected_rows('service_tickets') }}
    union all
    {{ rejected_rows('campaigns') }}
    union all
    {{ rejected_rows('campaign_contacts') }}
    union all
    {{ rejected_rows('coupon_redemptions') }}
    union all
    {{ rejected_rows('returns') }}

)

select * from rejected
