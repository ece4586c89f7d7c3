{# item_1, item_2, .. up to a number, each behind a prefix such as 'prefixes.'. #}
{% macro _item_columns(count, prefix='') -%}
    {%- for number in range(1, count + 1) -%}
        {{ prefix }}item_{{ number }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
