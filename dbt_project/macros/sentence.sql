{# A template such as 'No order for {days_since_last_order day|days}' as SQL text; null if a column is null.

   {column:1} prints one decimal place, {column day|days} the first noun after the number 1, the second after
   any other. {average.column} is a column of a joined relation called average. rows: alias of the relation
   with the columns; none = there is only one. #}
{% macro sentence(template, rows=none) -%}
    {%- set text = dbt.type_string() -%}
    {%- for part in retention._template_parts(template) -%}
        {%- if part.name -%}
            {%- set number = retention._printed_number(part, rows) -%}
            cast({{ number }} as {{ text }})
            {%- if part.one and part.places -%}
                || ' {{ part.many | replace("'", "''") }}'
            {%- elif part.one -%}
                {{ ' ' }}|| case
                    when {{ number }} = 1 then ' {{ part.one | replace("'", "''") }}'
                    else ' {{ part.many | replace("'", "''") }}'
                end
            {%- endif -%}
        {%- else -%}
            '{{ part.text | replace("'", "''") }}'
        {%- endif -%}
        {{ ' || ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
