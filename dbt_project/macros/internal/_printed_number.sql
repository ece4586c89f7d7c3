{# The number that a part of a template prints, rounded as printed. rows: alias of its relation. #}
{% macro _printed_number(part, rows) -%}
    {%- set column = part.name if part.name.startswith('average.') or not rows else rows ~ '.' ~ part.name -%}
    {%- if part.places -%}
        cast({{ column }} as decimal(18, {{ part.places }}))
    {%- else -%}
        cast(round({{ column }}) as bigint)
    {%- endif -%}
{%- endmacro %}
