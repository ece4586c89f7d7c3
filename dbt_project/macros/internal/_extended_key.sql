{# The key of an itemset of a level: its prefix and its last item in one number of the smallest type,
   because grouping by one number is faster than by two. The division that splits it has no remainder. #}
{% macro _extended_key(level, key_base, prefixes_count) -%}
    {%- set type = 'integer' if (prefixes_count + 1) * key_base < 2147483647 else 'bigint' -%}
    cast(rows_before.prefix_number as {{ type }}) * {{ key_base }} + extensions.item
{%- endmacro %}
