-- One row per month in which baskets became known: a fingerprint of these baskets, and one of all up to its
-- end. A fingerprint changes when a basket changes. A late order is in the month in which it became known.
-- Fingerprints contain the code of the models that keep counts by them: a change of the code counts again.
{% set keepers = ['int_retention__monthly_pairs', 'int_retention__customer_pairs'] if execute else [] %}
{% set codes = [] %}
{% for name in keepers %}
    {% do codes.append(graph.nodes['model.retention.' ~ name].raw_code) %}
{% endfor %}
{% set code = "'" ~ local_md5(codes | join) ~ "'" %}
{% set text = "customer_id || '|' || order_id || '|' || item || '|' || known_month || " ~ code %}
with baskets as (

    select
        *,
        cast({{ dbt.date_trunc('month', 'known_from_date') }} as date) as known_month
    from {{ ref('int_retention__baskets') }}

),

{# The hash contains the month: a basket that moves to another month changes both months and their sum. #}
hashed as (

    select
        known_month,
        {{ hash_bucket(text, 1000000007) }} as basket_item_hash
    from baskets

),

months as (

    select
        known_month,
        cast(count(*) as bigint) as basket_items_count,
        cast(sum(basket_item_hash) as bigint) as fingerprint
    from hashed
    group by known_month

),

with_past as (

    select
        *,
        known_month = max(known_month) over () as is_newest,
        cast(
            sum(fingerprint) over (
                order by known_month
                rows between unbounded preceding and current row
            ) as bigint
        ) as fingerprint_to_date
    from months

)

select * from with_past
