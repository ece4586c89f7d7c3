{# Condition: this number of baskets reaches apriori_min_support, a share of all baskets or a number of
   baskets. #}
{% macro is_frequent(baskets_count, all_baskets_count) -%}
    {%- set min_support = retention.setting('apriori_min_support') -%}
    {%- if min_support is integer -%}
        {{ baskets_count }} >= {{ min_support }}
    {%- else -%}
        {{ baskets_count }} >= ceil(round({{ min_support }} * cast({{ all_baskets_count }} as double), 9))
    {%- endif -%}
{%- endmacro %}
