{# Materialization for models with an as_of_date: a table that is computed one date at a time. A build
   computes again only those dates whose inputs or code have changed.

   The SQL of the model covers all dates. It is run with a filter on as_of_date, which the engine pushes
   down to the scans, so only the rows of one date are in memory. A row of a date may depend only on what
   was known on that date; the histories ensure this. The table has one more column, input_fingerprint: of
   the SQL and of all that the date could see. `dbt build --full-refresh` computes every date again, to
   the same values. Everything happens in one transaction: a build that is stopped leaves the table as it
   was. #}
{% materialization by_date, default %}
    {% set target = this.incorporate(type='table') %}
    {% set existing = load_cached_relation(this) %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% set wanted = retention._date_fingerprints(model, compiled_code) %}
    {% set kept = {} %}
    {% if existing is not none and existing.is_table and not should_full_refresh() %}
        {% for date, fingerprint in retention._computed_dates(existing).items() %}
            {% do kept.update({date: fingerprint} if wanted.get(date) == fingerprint else {}) %}
        {% endfor %}
    {% endif %}
    {% set missing = wanted.keys() | reject('in', kept) | list %}

    {% if kept %}
        {% call statement('main') %}
            delete from {{ target }}
            where as_of_date not in (
                {% for date in kept %}
                    date '{{ date }}'{{ ',' if not loop.last }}
                {% endfor %}
            )
        {% endcall %}
        {% set filled = target %}
    {% else %}
        {% set filled = make_intermediate_relation(target) %}
        {% do drop_relation_if_exists(load_cached_relation(filled)) %}
        {% call statement('main') %}
            {{ create_table_as(False, filled, retention._rows_of_date(compiled_code, none, '')) }}
        {% endcall %}
    {% endif %}
    {% for date in missing %}
        {% call statement('rows_of_' ~ date) %}
            insert into {{ filled }}
            {{ retention._rows_of_date(compiled_code, date, wanted[date]) }}
        {% endcall %}
    {% endfor %}
    {% if not kept %}
        {% do drop_relation_if_exists(existing) %}
        {% do adapter.rename_relation(filled, target) %}
    {% endif %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do apply_grants(
        target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=not kept)
    ) %}
    {% do persist_docs(target, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Spark computes the whole table: its planner handles memory, and it rewrites whole files. The table has no
   input_fingerprint. #}
{% materialization by_date, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}
