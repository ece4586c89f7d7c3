{# Materialization for cleaned inputs: a table whose rows are kept between builds, if the var
   input_reload_days is set. A row depends only on the rows of the input with the same key.

   meta: {input, key, known_at, parent}: the input, the column by which rows belong together, the columns that
   say when a row became known (the first that is not null), and perhaps a by_key model with the same key. The
   model reads a row of the input only if is_unread() holds for its key. A build deletes, and reads again, all
   rows of the keys
   - with a row, in the input or in the table, that became known in the days that are reloaded;
   - with a rejected row: what is in the future today is accepted tomorrow;
   - with a row of the parent that became known in these days, or that the parent no longer has.
   Keys that the table does not have are read too. So a build equals a full one, unless an older row of the
   input has changed or gone: a build with input_reload_days: null reads all. All is read, too, after a change
   of the SQL, the vars or the erased customers. Everything happens in one transaction, as in by_date.

   The table has two more columns: input_fingerprint, and read_date, the day on which the row was read. #}
{% materialization by_key, default %}
    {% set target = this.incorporate(type='table') %}
    {% set existing = load_cached_relation(this) %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% set fingerprint = retention._input_fingerprint(compiled_code) %}
    {% set reload_from = retention._reload_from(existing, fingerprint) %}
    {% set rows = retention._rows_read(compiled_code, fingerprint) %}
    {% if reload_from is none %}
        {% do retention._create_work_table('kept_keys', "select '' as kept_key where 1 = 0") %}
        {% set filled = make_intermediate_relation(target) %}
        {% do drop_relation_if_exists(load_cached_relation(filled)) %}
        {% call statement('main') %}
            {{ create_table_as(False, filled, rows) }}
        {% endcall %}
        {% do drop_relation_if_exists(existing) %}
        {% do adapter.rename_relation(filled, target) %}
    {% else %}
        {% set meta = config.get('meta') %}
        {% do retention._create_work_table('changed_keys', retention._changed_keys(meta, reload_from)) %}
        {% call statement('forgotten') %}
            delete from {{ target }}
            where
                {{ meta.key }} is null
                or {{ meta.key }} in (select changed_key from {{ retention.work_table('changed_keys') }})
        {% endcall %}
        {% do retention._create_work_table(
            'kept_keys', 'select distinct ' ~ meta.key ~ ' as kept_key from ' ~ target
        ) %}
        {% call statement('main') %}
            insert into {{ target }} by name {{ rows }}
        {% endcall %}
    {% endif %}
    {% do retention._drop_work_tables(['changed_keys', 'kept_keys']) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do apply_grants(
        target,
        config.get('grants'),
        should_revoke=should_revoke(existing, full_refresh_mode=reload_from is none)
    ) %}
    {% do persist_docs(target, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Spark reads all rows in every build: Parquet has no delete. #}
{% materialization by_key, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}
