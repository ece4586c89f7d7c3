-- A value sets only its own column; null and unlisted values set none; names become valid identifiers.
{{ config(enabled=project_name == 'retention') }}

with given as (

    select
        tier,
        expected
    from (values ('gold', 10), ('silver plus', 1), ('iron', 0), (null, 0))
        as listed (tier, expected) -- noqa: AL05

),

encoded as (

    select
        {{ one_hot('tier', ['Gold', 'silver plus'], 'is_tier') }}
        expected
    from given

)

select *
from encoded
where 10 * is_tier_gold + is_tier_silver_plus <> expected
