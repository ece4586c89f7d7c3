-- One row: the holdout salt of this warehouse, as a fingerprint. Another salt would draw another holdout and
-- mix the two, so that it stops the build. A full refresh keeps the row.
{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}
{% set fingerprint = local_md5(setting('holdout_salt')) %}
{% if is_incremental() %}
    {% for row in run_query('select salt_fingerprint from ' ~ this) if row[0] != fingerprint %}
        {{ exceptions.raise_compiler_error(
            "holdout_salt differs from the one that this warehouse was built with. Customers of the old"
            ~ " holdout would be contacted, and what was measured so far would no longer hold. Put the old"
            ~ " salt back. To draw a new holdout on purpose: drop table " ~ this
        ) }}
    {% endfor %}
{% endif %}

with today as (

    select * from {{ ref('int_retention__today') }}

),

salts as (

    select
        '{{ fingerprint }}' as salt_fingerprint,
        as_of_date as first_used_date
    from today
    {% if is_incremental() %}
        where 1 = 0
    {% endif %}

)

select * from salts
