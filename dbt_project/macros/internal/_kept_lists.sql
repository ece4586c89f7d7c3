{# The table of recommendations of the last build, whose lists are kept for customers without changes. None if
   there is none, or if the engine makes all lists in every build. A unit test has none. #}
{% macro _kept_lists() %}
    {{ return(adapter.dispatch('_kept_lists', 'retention')()) }}
{% endmacro %}

{% macro default___kept_lists() %}
    {% if not execute or model.resource_type != 'model' %}
        {{ return(none) }}
    {% endif %}
    {% set table = retention._relation_named('int_retention__recommendations') %}
    {% set existing = adapter.get_relation(table.database, table.schema, table.identifier) %}
    {% if existing is none or 'history_fingerprint' not in retention._relation_columns(existing) %}
        {{ return(none) }}
    {% endif %}
    {{ return(existing) }}
{% endmacro %}

{% macro spark___kept_lists() %}
    {{ return(none) }}
{% endmacro %}
