{# A 64-bit hash of some columns of a row, nulls too, as a decimal that can be added up over many rows.

   A sum of such hashes is a fingerprint of a set of rows, in whatever order. It may differ between engines. #}
{% macro row_hash(columns) -%}
    cast({{ adapter.dispatch('row_hash', 'retention')(columns) }} as decimal(38, 0))
{%- endmacro %}

{% macro default__row_hash(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__row_hash(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}
