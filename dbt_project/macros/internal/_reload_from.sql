{# The first day whose rows a by_key table reads again: input_reload_days before the as_of_date of the last
   build. None = all rows. #}
{% macro _reload_from(existing, fingerprint) %}
    {% set days = retention.setting('input_reload_days') %}
    {% if days is none or existing is none or not existing.is_table or should_full_refresh() %}
        {{ return(none) }}
    {% endif %}
    {% if 'input_fingerprint' not in retention._relation_columns(existing) %}
        {{ return(none) }}
    {% endif %}
    {% set table = retention._relation_named('int_retention__today') %}
    {% set today = adapter.get_relation(table.database, table.schema, table.identifier) %}
    {% set found = run_query('select distinct input_fingerprint from ' ~ existing) %}
    {% set fingerprints = found.columns[0].values() %}
    {% if today is none or fingerprints | list != [fingerprint] %}
        {{ return(none) }}
    {% endif %}
    {{ return(run_query(
        'select ' ~ retention.days_from('max(as_of_date)', -days) ~ ' from ' ~ today
    )[0][0]) }}
{% endmacro %}
