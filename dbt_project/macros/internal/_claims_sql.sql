{# One statement that counts what breaks each claim. See the test claims; row_claims: from _row_claims. #}
{% macro _claims_sql(model, row_claims, one_row_per, null_in_all_rows_or_none, found_in, rows_as_in) %}
{%- set keys = [one_row_per] if one_row_per and one_row_per[0] is string else one_row_per -%}
{%- set same = rows_as_in if rows_as_in is mapping else {'model': rows_as_in} -%}
{%- if not (row_claims or keys or null_in_all_rows_or_none or found_in or rows_as_in) -%}
    {{ exceptions.raise_compiler_error(
        "The test claims on " ~ model ~ " claims nothing; name one_row_per, not_null, ..."
    ) }}
{%- endif -%}
with counted as (

    select
        {%- for claim in row_claims %}
        count(case when {{ claim.breaks }} then 1 end) as broken_{{ loop.index }},
        {%- endfor %}
        {%- for column in null_in_all_rows_or_none %}
        count({{ column }}) as known_{{ loop.index }},
        {%- endfor %}
        count(*) as rows_count
    from {{ model }}

),

broken as (

    select 'nothing' as broken_claim, cast(0 as bigint) as rows_count
    {%- for claim in row_claims %}
    union all
    select
        {{ dbt.string_literal(dbt.escape_single_quotes(claim.says)) }},
        broken_{{ loop.index }} as rows_count
    from counted
    {%- endfor %}
    {%- for column in null_in_all_rows_or_none %}
    union all
    select '{{ column }} is null in all rows or in none', rows_count - known_{{ loop.index }}
    from counted
    where known_{{ loop.index }} > 0
    {%- endfor %}
    {%- for key in keys %}
    union all
    select 'one row per {{ key | join(', ') }}', count(*)
    from (
        select {{ key | join(', ') }}
        from {{ model }}
        group by {{ key | join(', ') }}
        having count(*) > 1
    ) as repeated
    {%- endfor %}
    {%- for column, other in found_in.items() %}
    union all
    select '{{ column }} is found in {{ other }}', count(*)
    from {{ model }} as tested
    left join (select distinct {{ column }} from {{ retention._relation_named(other) }}) as known
        on tested.{{ column }} = known.{{ column }}
    where known.{{ column }} is null and tested.{{ column }} is not null
    {%- endfor %}
    {#- With --empty each model reads no row of those above it: nothing to compare. #}
    {%- if rows_as_in and not flags.EMPTY %}
    union all
    select 'as many rows as {{ same.model }}', abs(counted.rows_count - others.rows_count)
    from counted
    cross join (
        select count(*)
            {%- if same.champion_of %} * (
                select count(distinct models.model_version)
                from {{ retention._relation_named(same.champion_of) }} as models
                where models.is_champion
            ) {%- endif %} as rows_count
        from {{ retention._relation_named(same.model) }}
    ) as others
    {%- endif %}

)

select broken_claim, rows_count
from broken
where rows_count > 0
{% endmacro %}
