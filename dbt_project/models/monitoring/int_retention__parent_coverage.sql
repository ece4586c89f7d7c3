-- One row per input and column that names a row of another input: the share of its rows that find it.
-- Only where both inputs have rows. A customer is found where orders or customers name them: who has not
-- ordered yet is no fault.
-- Lines whose order is not found are rejected, and counted here all the same.
{% set contract = _input_contract() %}

with customers as (

    select customer_id from {{ ref('stg_retention__customers') }}

),

orders as (

    select
        order_id,
        customer_id
    from {{ ref('stg_retention__orders') }}

),

{% for name in contract if name not in ['customers', 'orders'] %}
    {{ name }} as (

        select * from {{ ref('stg_retention__' ~ name) }}

    ),

{% endfor %}

rejected_rows as (

    select * from {{ ref('stg_retention__rejected_rows') }}

),

known_ids as (

    {# Orders' own customer_id is looked for among the rows of customers alone. #}
    select distinct
        'orders' as child_name,
        'customers' as parent_name,
        customer_id as parent_id
    from customers
    union all
    select
        'others' as child_name,
        'customers' as parent_name,
        customer_id as parent_id
    from (
        select customer_id from customers
        union distinct
        select customer_id from orders
    ) as known_customers
    union all
    select distinct
        'others' as child_name,
        'orders' as parent_name,
        order_id as parent_id
    from orders
    union all
    select distinct
        'others' as child_name,
        'products' as parent_name,
        product_id as parent_id
    from products
    union all
    select distinct
        'others' as child_name,
        'campaigns' as parent_name,
        campaign_id as parent_id
    from campaigns

),

named_ids as (

    {% for name in contract %}
        {% for column, parent in contract[name].parents.items() %}
            select
                '{{ name }}' as input_name,
                '{{ column }}' as column_name,
                '{{ parent }}' as parent_name,
                {{ column }} as parent_id,
                count(*) as rows_count
            from {{ name }}
            where {{ column }} is not null
            group by {{ column }}
            union all
        {% endfor %}
    {% endfor %}
    select
        'order_lines' as input_name,
        'order_id' as column_name,
        'orders' as parent_name,
        rejected_value as parent_id,
        count(*) as rows_count
    from rejected_rows
    where input_name = 'order_lines' and rejection_rule like 'order_id is %input_orders'
    group by rejected_value

),

known_parents as (

    select distinct
        child_name,
        parent_name
    from known_ids

),

counted as (

    select
        named_ids.input_name,
        named_ids.column_name,
        named_ids.parent_name,
        cast(sum(named_ids.rows_count) as bigint) as rows_count,
        cast(sum(case when known_ids.parent_id is not null then named_ids.rows_count else 0 end) as bigint)
            as linked_rows_count,
        max(case when known_ids.parent_id is null then named_ids.parent_id end) as example_id
    from named_ids
    inner join known_parents
        on
            named_ids.parent_name = known_parents.parent_name
            and (known_parents.child_name = 'orders') = (named_ids.input_name = 'orders')
    left join known_ids
        on
            known_parents.parent_name = known_ids.parent_name
            and known_parents.child_name = known_ids.child_name
            and named_ids.parent_id = known_ids.parent_id
    group by named_ids.input_name, named_ids.column_name, named_ids.parent_name

)

select * from counted
