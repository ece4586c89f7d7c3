{# A number from 0 to buckets - 1 that depends only on a text: the same in every build and on every
   engine. #}
{% macro hash_bucket(text_expression, buckets) -%}
    {{ adapter.dispatch('hash_bucket', 'retention')(text_expression, buckets) }}
{%- endmacro %}

{% macro default__hash_bucket(text_expression, buckets) -%}
    cast('0x' || substr(md5({{ text_expression }}), 1, 8) as bigint) % {{ buckets }}
{%- endmacro %}

{% macro spark__hash_bucket(text_expression, buckets) -%}
    cast(conv(substr(md5({{ text_expression }}), 1, 8), 16, 10) as bigint) % {{ buckets }}
{%- endmacro %}
