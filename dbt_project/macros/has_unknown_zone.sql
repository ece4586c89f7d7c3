{# Condition: a text has a time of day and then a word, such as PST, that is not an offset, Z, UTC or GMT. #}
{% macro has_unknown_zone(text) -%}
    {{ adapter.dispatch('has_unknown_zone', 'retention')(text) }}
{%- endmacro %}

{% macro default__has_unknown_zone(text) -%}
    regexp_matches({{ text }}, ':[0-9]{2}[0-9:.]*\s*[\[(]?[A-Za-z]{2}')
                and not regexp_matches({{ text }}, '(?i)[ap]\.?m\.?$|{{ retention._offset_pattern() }}')
{%- endmacro %}

{% macro spark__has_unknown_zone(text) -%}
    regexp_like({{ text }}, r':[0-9]{2}[0-9:.]*\s*[\[(]?[A-Za-z]{2}')
                and not regexp_like({{ text }}, r'(?i)[ap]\.?m\.?$|{{ retention._offset_pattern() }}')
{%- endmacro %}
