-- One row per holdout salt that was ever used here: one. Another salt would draw another holdout and mix the
-- two, so it stops the build. A full refresh does not forget it.
{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}
{% set fingerprint = local_md5(setting('holdout_salt')) %}
{% if is_incremental() %}
    {% for row in run_query('select salt_fingerprint from ' ~ this) if row[0] != fingerprint %}
        {{ exceptions.raise_compiler_error(
            "holdout_salt is not the one that this warehouse was built with: who was held out until now would be contacted, and nothing"
            ~ " measured so far would hold. Put the old salt back. To draw a new holdout on purpose: drop table " ~ this
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
