{# The rule that a row breaks: broken_rule, or else that its key is a duplicate; null = the row is accepted.

   Of several rows with one key that break no other rule, the one loaded last is kept. Rows without a whole
   key are not compared, nor is any row where the shop does not have all columns of the key. #}
{% macro rejection_rule(name, key, required, optional) -%}
    {%- if key | reject('in', retention._input_columns(name, required, optional)) | list -%}
        broken_rule
    {%- else -%}
        {%- set newest_first = ['loaded_at desc nulls last'] if 'loaded_at' in optional else [] -%}
        case
            when broken_rule is not null or {{ key | join(' is null or ') }} is null then broken_rule
            when row_number() over (
                partition by {{ key | join(', ') }}, broken_rule is null
                order by {{ (newest_first + required + optional) | join(', ') }}
            ) > 1 then 'duplicate {{ key | join(" + ") }}'
        end
    {%- endif -%}
{%- endmacro %}
