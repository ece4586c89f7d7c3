{# The key of an itemset: the codes of its items in rising order, '3,17,204'. With a mask: only the items
   whose bit in the mask equals `bit` (1 or 0). prefix: the text before item_1, such as 'itemsets.'. #}
{% macro itemset_key(max_length, prefix='', mask=none, bit=1) -%}
    concat_ws(
        ','
        {%- for number in range(1, max_length + 1) -%}
            {%- set item = 'cast(' ~ prefix ~ 'item_' ~ number ~ ' as ' ~ dbt.type_string() ~ ')' -%}
            {%- if mask is none -%}
                , {{ item }}
            {%- elif bit == 1 -%}
                , case when ({{ mask }} & {{ 2 ** (number - 1) }}) > 0 then {{ item }} end
            {%- else -%}
                , case when ({{ mask }} & {{ 2 ** (number - 1) }}) = 0 then {{ item }} end
            {%- endif -%}
        {%- endfor -%}
    )
{%- endmacro %}
