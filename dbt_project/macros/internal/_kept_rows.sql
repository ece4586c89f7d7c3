{# union all with the rows of int_retention__recommendations of the last build whose lists stay. Nothing if
   there are none.

   customers, items: CTEs with the customers of the part and the items. Their numbers change from build to
   build, so kept rows are found by their names. #}
{% macro _kept_rows(customers, items) %}
    {% set lists = retention._kept_lists() %}
    {% if lists is not none %}
        union all
        select
            {{ customers }}.as_of_date,
            {{ customers }}.purpose,
            {{ customers }}.customer_number,
            {{ customers }}.customer_id,
            kept.list_name,
            kept.list_rank,
            {{ items }}.item_code,
            {{ items }}.item,
            {{ items }}.item_name,
            kept.is_new,
            kept.score,
            kept.orders_count,
            kept.last_order_date,
            kept.recent_buyers_count,
            kept.listed_date,
            kept.history_fingerprint,
            kept.list_settings
        from {{ lists }} as kept
        inner join {{ customers }}
            on
                kept.purpose = {{ customers }}.purpose
                and kept.customer_id = {{ customers }}.customer_id
        inner join {{ items }} on kept.item = {{ items }}.item
        where not {{ customers }}.is_listed
    {% endif %}
{% endmacro %}
