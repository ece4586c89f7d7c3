-- One row per input and column that references a row of another input: what share of its rows finds that row?
-- Only where both inputs have rows. Lines that staging rejected for an unknown order are counted here too.
-- The customer of an order is looked up in customers, that of any other row in orders and customers.
{% set contract = _input_contract() %}
{% set min_share = setting('min_linked_share') %}
{% set text = dbt.type_string() %}

with

{% for name in contract %}
    {{ name }} as (

        select * from {{ ref('stg_retention__' ~ name) }}

    ),

{% endfor %}
rejected_rows as (

    select * from {{ ref('stg_retention__rejected_rows') }}

),

known_ids as (

    {% for parent, parent_key in [
        ('orders', 'order_id'), ('products', 'product_id'), ('campaigns', 'campaign_id'),
    ] %}
        select distinct
            '{{ parent }}' as looked_up_in,
            {{ parent_key }} as parent_id
        from {{ parent }}
        union all
    {% endfor %}
    select
        'customers' as looked_up_in,
        customer_id as parent_id
    from customers
    union all
    (
        select
            'orders and customers' as looked_up_in,
            customer_id as parent_id
        from customers
        union distinct
        select
            'orders and customers' as looked_up_in,
            customer_id as parent_id
        from orders
    )

),

looked_up as (

    select distinct looked_up_in from known_ids

),

references_made as (

    {% for name in contract %}
        {% for column, parent in contract[name].parents.items() %}
            select
                '{{ name }}.{{ column }} to {{ parent }}' as subject,
                '{{ parent }}' as parent_name,
                '{{ 'orders and customers' if parent == 'customers' and name != 'orders' else parent }}'
                    as looked_up_in,
                '{{ column }}' as column_name,
                {{ column }} as parent_id,
                count(*) as rows_count
            from {{ name }}
            where {{ column }} is not null
            group by {{ column }}
            union all
        {% endfor %}
    {% endfor %}
    select
        'order_lines.order_id to orders' as subject,
        'orders' as parent_name,
        'orders' as looked_up_in,
        'order_id' as column_name,
        rejected_value as parent_id,
        count(*) as rows_count
    from rejected_rows
    where input_name = 'order_lines' and rejection_rule like 'order_id %input_orders'
    group by rejected_value

),

linked as (

    select
        references_made.subject,
        references_made.parent_name,
        references_made.column_name,
        cast(sum(references_made.rows_count) as bigint) as rows_count,
        cast(
            sum(case when known_ids.parent_id is null then references_made.rows_count else 0 end) as bigint
        ) as unlinked_rows_count,
        max(case when known_ids.parent_id is null then references_made.parent_id end) as example_id
    from references_made
    inner join looked_up on references_made.looked_up_in = looked_up.looked_up_in
    left join known_ids
        on
            references_made.looked_up_in = known_ids.looked_up_in
            and references_made.parent_id = known_ids.parent_id
    group by references_made.subject, references_made.parent_name, references_made.column_name

),

shares as (

    select
        *,
        cast(rows_count - unlinked_rows_count as double) / rows_count as linked_share
    from linked

),

readiness as (

    select
        'link' as subject_type,
        subject,
        case when linked_share < {{ min_share }} then 'thin' else 'present' end as status,
        linked_share as coverage_share,
        rows_count,
        cast(null as bigint) as rejected_rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        linked_share as measured_value,
        cast({{ min_share }} as double) as needed_value,
        case
            when linked_share < {{ min_share }}
                then
                    cast(unlinked_rows_count as {{ text }})
                    || ' of ' || cast(rows_count as {{ text }})
                    || ' rows reference a row that is not in ' || parent_name || ', such as ' || example_id
        end as what_it_costs,
        case
            when linked_share < {{ min_share }}
                then 'check that both inputs format ' || column_name || ' alike, and neither truncates it'
        end as what_to_do
    from shares

)

select * from readiness
