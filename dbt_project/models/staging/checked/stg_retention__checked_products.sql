-- One row per row of input_products: cleaned, with the first rule that it breaks (null = accepted).
{%- set required = ['product_id'] -%}
{%- set optional = ['product_name', 'category', 'subcategory', 'brand', 'unit_cost', 'stock_on_hand'] -%}
{%- set types = {'unit_cost': 'number', 'stock_on_hand': 'number'} -%}
{%- set key = ['product_id'] %}

with given as (

    {{ input_rows('products', required, optional) }}

),

cleaned as (

    select
        {{ clean_id('product_id') }} as product_id,
        {{ trimmed_text('product_name') }} as product_name,
        {{ trimmed_text('category') }} as category,
        {{ trimmed_text('subcategory') }} as subcategory,
        {{ trimmed_text('brand') }} as brand,
        {{ clean_number('unit_cost') }} as unit_cost,
        {{ clean_number('stock_on_hand') }} as stock_on_hand,
        {{ texts_as_given(types) }}
    from given

),

judged as (

    select
        cleaned.*,
        case
            {{ reject_unreadable(types) }}
            {{ reject_missing(required) }}
            {{ reject_extreme(types) }}
            {{ reject_negative(['unit_cost']) }}
        end as broken_rule
    from cleaned

),

checked as (

    select
        *,
        {{ row_key(key) }} as row_key,
        {{ rejection_rule('products', key, required, optional) }} as rejection_rule,
        {{ rejected_value(types) }} as rejected_value
    from judged

)

select * from checked
