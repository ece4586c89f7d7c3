-- One row per table behind the histories and day: a fingerprint of the rows that became known on that day.
-- The sum up to an as_of_date changes only if something changes that this date can see: so the
-- materialization by_date knows which dates to compute again. Which events a date can see: macros known_at
-- and seen_by. Addresses and telephone numbers are left out: no feature sees them.
with changes as (

    {% for name, source in _history_sources().items() %}
        {% set relation = ref(name) %}
        {% set columns = _relation_columns(relation) | reject('in', _personal_columns(name)) | list %}
        {% set later_columns = source.later.values() | sum(start=[]) %}
        select
            '{{ name }}' as model_name,
            coalesce({{ source.known }}, date '0001-01-01') as known_day,
            sum({{ row_hash(columns | reject('in', later_columns) | list) }}) as fingerprint
        from {{ relation }}
        group by known_day
        {% for later_day in source.later %}
            union all
            select
                '{{ name }}' as model_name,
                {{ later_day }} as known_day,
                sum({{ row_hash(columns) }}) as fingerprint
            from {{ relation }}
            where {{ later_day }} is not null
            group by known_day
        {% endfor %}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

known_days as (

    select
        model_name,
        known_day as known_from_date,
        sum(fingerprint) as fingerprint
    from changes
    group by model_name, known_day

)

select * from known_days
