{# {as_of_date: fingerprint} for every snapshot: of the SQL of a model, of the views that it reads, and of
   the rows of the tables behind them that this date could see.

   A by_date table counts by its own input_fingerprint. Another table with an as_of_date counts by its
   rows of that date (without split, which changes while the rows stay the same, unless the SQL of the
   model names it). A table that int_retention__known_days tracks counts by what was known by then. Any
   other table counts as a whole. #}
{% macro _date_fingerprints(model, code) %}
    {% set found = {'views': [], 'tables': {}, 'seen': [], 'has_known_days': false} %}
    {% do retention._gather_inputs(model, found) %}
    {% if not ('int_retention__spine' in found.tables or 'int_retention__snapshots' in found.tables) %}
        {{ exceptions.raise_compiler_error(
            model.name ~ " is materialized by_date but reads no int_retention__spine, which has the dates. "
            ~ "Read the spine (docs/adding-a-feature.md), or use materialized='table'"
        ) }}
    {% endif %}
    {% set moving = [] if 'split' in code else ['split'] %}
    {% set known_days = retention._relation_named('int_retention__known_days') %}
    {% set sources = retention._history_sources() %}
    {% set query %}
        with dates as (
            select as_of_date from {{ retention._relation_named('int_retention__snapshots') }}
        )
        {% for name, relation in found.tables.items() %}
            {% set columns = retention._relation_columns(relation) %}
            , input_{{ loop.index }} as (
                {% if name in sources and found.has_known_days %}
                    select dates.as_of_date, sum(known.fingerprint) as fingerprint
                    from dates
                    inner join {{ known_days }} as known
                        on known.known_from_date <= dates.as_of_date and known.model_name = '{{ name }}'
                    group by dates.as_of_date
                {% elif 'input_fingerprint' in columns %}
                    select as_of_date, max(input_fingerprint) as fingerprint
                    from {{ relation }}
                    group by as_of_date
                {% elif 'as_of_date' in columns %}
                    {% set fixed = columns | reject('in', moving) | list %}
                    select as_of_date, sum({{ retention.row_hash(fixed) }}) as fingerprint
                    from {{ relation }}
                    group by as_of_date
                {% else %}
                    select dates.as_of_date, whole.fingerprint
                    from dates
                    cross join (
                        select sum({{ retention.row_hash(columns) }}) as fingerprint from {{ relation }}
                    ) as whole
                {% endif %}
            )
        {% endfor %}
        select
            dates.as_of_date,
            '{{ local_md5(retention._without_catalog(code ~ retention._view_definitions(found.views))) }}'
            {% for name in found.tables %}
                || '-'
                || coalesce(cast(input_{{ loop.index }}.fingerprint as {{ dbt.type_string() }}), 'none')
            {% endfor %} as fingerprint
        from dates
        {% for name in found.tables %}
            left join input_{{ loop.index }} on dates.as_of_date = input_{{ loop.index }}.as_of_date
        {% endfor %}
        order by dates.as_of_date
    {% endset %}
    {% set fingerprints = {} %}
    {% set hashed = 'select as_of_date, md5(fingerprint) as fingerprint from ('
        ~ query ~ ') as inputs order by 1' %}
    {% for row in run_query(hashed) %}
        {% do fingerprints.update({row[0] | string: 'md5-' ~ row[1]}) %}
    {% endfor %}
    {{ return(fingerprints) }}
{% endmacro %}
