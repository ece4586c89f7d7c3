{# Condition: the table of this by_key model has no row of this key, so the row of the input must be read.
   Outside of a by_key model every row is read. key: a column of the input. #}
{% macro is_unread(key) -%}
    {{ return(adapter.dispatch('is_unread', 'retention')(key)) }}
{%- endmacro %}

{% macro default__is_unread(key) -%}
    {% if model.resource_type != 'model' %}
        {{ return('1 = 1') }}
    {% endif %}
    not exists (
            select 1 from {{ retention.work_table('kept_keys') }} as kept
            where kept.kept_key = {{ retention.clean_id(key) }}
        )
{%- endmacro %}

{% macro spark__is_unread(key) -%}
    1 = 1
{%- endmacro %}
