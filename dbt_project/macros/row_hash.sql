{# A 64-bit hash of some columns of a row, nulls included, as a decimal that can be summed over many rows.

   The sum of the hashes is a fingerprint of a set of rows that does not depend on their order. It can
   differ between engines. #}
{% macro row_hash(columns) -%}
    cast({{ adapter.dispatch('row_hash', 'retention')(columns) }} as decimal(38, 0))
{%- endmacro %}

{% macro default__row_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__row_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}
