-- The test claims counts a null, values below and above a range, a value that is not accepted, a false
-- condition, a repeated key, and a column that is null in some rows only. Null passes a range and a list.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select
        'A' as customer_id,
        cast(0.5 as double) as buyers_share,
        'treatment' as arm
    union all
    select
        cast(null as {{ dbt.type_string() }}) as customer_id,
        cast(1.5 as double) as buyers_share,
        'control' as arm
    union all
    select
        'C' as customer_id,
        cast(-0.5 as double) as buyers_share,
        'controls' as arm
    union all
    select
        'C' as customer_id,
        cast(null as double) as buyers_share,
        cast(null as {{ dbt.type_string() }}) as arm

),

found as (

    {{ test_claims(
        'given',
        one_row_per=['customer_id'],
        not_null=['customer_id'],
        null_in_all_rows_or_none=['buyers_share'],
        in_range={'buyers_share': [0, 1]},
        accepted_values={'arm': ['treatment', 'control']},
        conditions=[
            "customer_id <> 'A'",
            {'an arm has a share': '(arm is null) = (buyers_share is null)'},
            '1 = 1',
        ],
    ) }}

),

expected as (

    select
        broken_claim,
        rows_count
    from (
        values
        ('customer_id is not null', 1),
        ('buyers_share >= 0', 1),
        ('buyers_share <= 1', 1),
        ('arm is one of treatment, control', 1),
        ('customer_id <> ''A''', 2),
        ('buyers_share is null in all rows or in none', 1),
        ('one row per customer_id', 1)
    ) as listed (broken_claim, rows_count) -- noqa: AL05

)

select
    found.broken_claim as found_claim,
    expected.broken_claim as expected_claim,
    found.rows_count,
    expected.rows_count as expected_count
from found
full outer join expected on found.broken_claim = expected.broken_claim
where coalesce(found.rows_count, 0) <> coalesce(expected.rows_count, 0)
