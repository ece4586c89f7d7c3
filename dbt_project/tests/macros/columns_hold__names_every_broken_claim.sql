-- columns_hold finds a null, a value below and one above its range, says so, and lets null pass a range.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select
        1 as row_number_given,
        'A' as customer_id,
        cast(0.5 as double) as buyers_share
    union all
    select
        2 as row_number_given,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        cast(1.5 as double) as buyers_share
    union all
    select
        3 as row_number_given,
        'C' as customer_id,
        cast(-0.5 as double) as buyers_share
    union all
    select
        4 as row_number_given,
        'D' as customer_id,
        cast(null as double) as buyers_share

),

found as (

    {{ test_columns_hold('given', not_null=['customer_id'], in_range={'buyers_share': [0, 1]}) }}

),

expected as (

    select
        2 as row_number_given,
        'customer_id is not null; buyers_share <= 1; ' as broken_claims
    union all
    select
        3 as row_number_given,
        'buyers_share >= 0; ' as broken_claims

)

select
    found.row_number_given as found_row,
    expected.row_number_given as expected_row,
    found.broken_claims,
    expected.broken_claims as expected_claims
from found
full outer join expected
    on found.row_number_given = expected.row_number_given
where coalesce(found.broken_claims, '') <> coalesce(expected.broken_claims, '')
