{# The key of an itemset of a level: its prefix and its last item in one number, as narrow as it can be, for
   grouping by one number is faster than by two. The division that takes it apart again leaves no remainder. #}
{% macro _extended_key(level, key_base, prefixes_count) -%}
    {%- set type = 'integer' if (prefixes_count + 1) * key_base < 2147483647 else 'bigint' -%}
    cast(rows_before.prefix_number as {{ type }}) * {{ key_base }} + extensions.item
{%- endmacro %}
