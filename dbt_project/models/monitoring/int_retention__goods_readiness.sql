-- One row per shop: how many order lines look like goods, and not like postage, a fee or a gift card?
-- A word in the name, category or id of a product is a hint, not proof: no line is excluded here.
{% set text = dbt.type_string() %}
{% set words = [
    'postage', 'shipping', 'carriage', 'freight', 'delivery', 'handling', 'surcharge', 'fee', 'fees',
    'charges', 'commission', 'gift card', 'gift cards', 'giftcard', 'gift voucher', 'gift certificate',
    'voucher', 'versand', 'versandkosten', 'porto', 'gutschein', 'frais de port', 'carte cadeau',
    'spedizione',
] %}

with order_lines as (

    select * from {{ ref('stg_retention__order_lines') }}

),

products as (

    select * from {{ ref('stg_retention__products') }}

),

sold as (

    select
        product_id,
        count(*) as lines_count
    from order_lines
    group by product_id

),

described as (

    select
        sold.lines_count,
        coalesce(products.product_name, sold.product_id) as product_words,
        ' ' || replace(coalesce({{ clean_text('products.product_name') }}, ''), 'e-gift', 'gift')
        || ' ' || coalesce({{ clean_text('products.category') }}, '')
        || ' ' || coalesce({{ clean_text('products.subcategory') }}, '')
        || ' ' || coalesce({{ clean_text('sold.product_id') }}, '') || ' ' as all_words
    from sold
    left join products on sold.product_id = products.product_id

),

counted as (

    select
        coalesce(sum(lines_count), 0) as lines_count,
        coalesce(sum(case when {{ holds_word('all_words', words) }} then lines_count end), 0) as others_count,
        min(case when {{ holds_word('all_words', words) }} then product_words end) as example_words
    from described

),

readiness as (

    select
        'goods' as subject_type,
        'postage, fees and gift cards' as subject,
        case when others_count > 0 then 'thin' else 'present' end as status,
        cast(lines_count - others_count as double) / nullif(lines_count, 0) as coverage_share,
        cast(lines_count as bigint) as rows_count,
        cast(null as bigint) as rejected_rows_count,
        cast(null as date) as first_date,
        cast(null as date) as last_date,
        round(cast(lines_count - others_count as double) / nullif(lines_count, 0), 6) as measured_value,
        cast(1 as double) as needed_value,
        case
            when others_count > 0
                then
                    cast(others_count as {{ text }}) || ' of ' || cast(lines_count as {{ text }})
                    || ' order lines look like postage, a fee or a gift card, such as ' || example_words
                    || ': they count as products that customers buy'
        end as what_it_costs,
        case
            when others_count > 0
                then
                    'if they are not goods, exclude them in the mapping of order_lines; see '
                    || 'docs/installing.md'
        end as what_to_do
    from counted

)

select * from readiness
