{# {as_of_date: fingerprint} for every snapshot: of a model's SQL, of the views it reads, and of the rows of the
   tables behind them that this date could see.

   A table that is by_date itself counts by its own input_fingerprint; another with an as_of_date by its rows of that
   date (without a split, which moves on while the rows stay, unless the model's SQL names it); one that
   int_retention__known_days follows by what was known by then; any other counts whole. #}
{% macro _date_fingerprints(model, code) %}
    {% set found = {'views': [], 'tables': {}, 'seen': [], 'has_known_days': false} %}
    {% do retention._gather_inputs(model, found) %}
    {% if not ('int_retention__spine' in found.tables or 'int_retention__snapshots' in found.tables) %}
        {{ exceptions.raise_compiler_error(
            model.name ~ " is materialized by_date but reads no int_retention__spine, which says what the dates are. "
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
                    select as_of_date, sum({{ retention.row_hash(columns | reject('in', moving) | list) }}) as fingerprint
                    from {{ relation }}
                    group by as_of_date
                {% else %}
                    select dates.as_of_date, whole.fingerprint
                    from dates
                    cross join (select sum({{ retention.row_hash(columns) }}) as fingerprint from {{ relation }}) as whole
                {% endif %}
            )
        {% endfor %}
        select
            dates.as_of_date,
            '{{ local_md5(code ~ retention._view_definitions(found.views)) }}'
            {% for name in found.tables %}
                || '-' || coalesce(cast(input_{{ loop.index }}.fingerprint as {{ dbt.type_string() }}), 'none')
            {% endfor %} as fingerprint
        from dates
        {% for name in found.tables %}
            left join input_{{ loop.index }} on dates.as_of_date = input_{{ loop.index }}.as_of_date
        {% endfor %}
        order by dates.as_of_date
    {% endset %}
    {% set fingerprints = {} %}
    {% for row in run_query('select as_of_date, md5(fingerprint) as fingerprint from (' ~ query ~ ') as inputs order by 1') %}
        {% do fingerprints.update({row[0] | string: 'md5-' ~ row[1]}) %}
    {% endfor %}
    {{ return(fingerprints) }}
{% endmacro %}
