-- One row per source of a history and morning: a fingerprint of what came to be known on that morning.
-- Summed up to an as_of_date, it tells by_date models whether anything that date could see has changed.
-- Addresses and numbers of persons are left out: no feature sees them.
with changes as (

    {% for name, source in _history_sources().items() %}
        {% set relation = ref(name) %}
        {% set columns = _relation_columns(relation) | reject('in', _personal_columns(name)) | list %}
        {% set later_columns = source.later.values() | sum(start=[]) %}
        select
            '{{ name }}' as model_name,
            coalesce({{ source.known }}, date '0001-01-01') as morning,
            sum({{ row_hash(columns | reject('in', later_columns) | list) }}) as fingerprint
        from {{ relation }}
        group by morning
        {% for morning in source.later %}
            union all
            select
                '{{ name }}' as model_name,
                {{ morning }} as morning,
                sum({{ row_hash(columns) }}) as fingerprint
            from {{ relation }}
            where {{ morning }} is not null
            group by morning
        {% endfor %}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

known_days as (

    select
        model_name,
        morning as known_from_date,
        sum(fingerprint) as fingerprint
    from changes
    group by model_name, morning

)

select * from known_days
