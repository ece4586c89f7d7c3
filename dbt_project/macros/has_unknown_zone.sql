{# Condition: a text says a time of the day and then something that is no offset, Z, UTC or GMT, such as PST. #}
{% macro has_unknown_zone(text) -%}
    {{ adapter.dispatch('has_unknown_zone', 'retention')(text) }}
{%- endmacro %}

{% macro default__has_unknown_zone(text) -%}
    regexp_matches({{ text }}, ':[0-9]{2}[0-9:.]*\s*[\[(]?[A-Za-z]{2}') and not regexp_matches({{ text }}, '(?i)[ap]\.?m\.?$|{{ retention._offset_pattern() }}')
{%- endmacro %}

{% macro spark__has_unknown_zone(text) -%}
    regexp_like({{ text }}, r':[0-9]{2}[0-9:.]*\s*[\[(]?[A-Za-z]{2}') and not regexp_like({{ text }}, r'(?i)[ap]\.?m\.?$|{{ retention._offset_pattern() }}')
{%- endmacro %}
