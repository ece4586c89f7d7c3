{# A condition such as '{days_since_last_order} > {order_gap_days_avg:1}' as SQL, over the printed numbers.

   Placeholders and rows are those of the macro sentence. #}
{% macro condition(template, rows) -%}
    {%- for part in retention._template_parts(template) -%}
        {{ retention._printed_number(part, rows) if part.name else part.text }}
    {%- endfor -%}
{%- endmacro %}
