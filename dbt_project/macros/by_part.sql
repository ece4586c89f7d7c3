{# Materialization for large models with a customer_number: a table that is computed one part of the
   customers at a time, so only the rows of one part are in memory.

   The model selects the rows of a part with in_part(); a row must not depend on another part. A part has
   recommendation_customers_at_once customer numbers. Everything happens in one transaction, as in by_date.

   meta: {counts_in_arrays: true} is for a model that groups many rows by customer_number and a second small
   number. In a small shop the engine counts in an array, with one place for each pair of numbers, which is
   faster than a hash table (_customers_in_part). The rows are the same. #}
{% materialization by_part, default %}
    {% set target = this.incorporate(type='table') %}
    {% set existing = load_cached_relation(this) %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% set filled = make_intermediate_relation(target) %}
    {% do drop_relation_if_exists(load_cached_relation(filled)) %}
    {% set cut = retention._customers_in_part(config.get('meta', {}).get('counts_in_arrays', false)) %}
    {% set array_bits_before = retention._count_in_arrays(24) if cut.in_arrays %}
    {% for part in range(cut.parts) %}
        {% do run_query('set variable retention_part_start = ' ~ part * cut.size) %}
        {% do run_query('set variable retention_part_end = ' ~ (part + 1) * cut.size) %}
        {% call statement('main' if loop.first else 'part_' ~ part) %}
            {% if loop.first %}
                {{ create_table_as(False, filled, compiled_code) }}
            {% else %}
                insert into {{ filled }} {{ compiled_code }}
            {% endif %}
        {% endcall %}
    {% endfor %}
    {% do run_query('reset variable retention_part_start') %}
    {% do run_query('reset variable retention_part_end') %}
    {% do retention._count_in_arrays(array_bits_before) if cut.in_arrays %}
    {% do drop_relation_if_exists(existing) %}
    {% do adapter.rename_relation(filled, target) %}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do apply_grants(
        target, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=True)
    ) %}
    {% do persist_docs(target, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Spark computes the whole table: its planner handles memory. #}
{% materialization by_part, adapter='spark' %}
    {{ return(materialization_table_spark()) }}
{% endmaterialization %}
