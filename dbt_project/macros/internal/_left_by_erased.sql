{# Joins and condition that leave out what belongs to erased customers. rows: alias of typed rows of the input `name`.

   Lines carry no customer: they go with their order. #}
{% macro _left_by_erased(name, rows) %}
    {% set contract = retention._input_contract()[name] %}
    {% if 'customer_id' in contract.required %}
        {{ retention._join_tombstones(rows) }}
        where tombstones.customer_hash is null
    {% elif 'order_id' in contract.required and retention.input('orders') is not none %}
        left join (
            select distinct orders.order_id as erased_order_id
            from (
                select
                    {{ retention.clean_id('order_id') }} as order_id,
                    {{ retention.clean_id('customer_id') }} as customer_id
                from {{ retention.input('orders') }}
            ) as orders
            {{ retention._join_tombstones('orders') }}
            where tombstones.customer_hash is not null
        ) as erased_orders on {{ rows }}.order_id = erased_orders.erased_order_id
        where erased_orders.erased_order_id is null
    {% endif %}
{% endmacro %}
