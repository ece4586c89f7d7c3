{# A template such as 'No order for {days_since_last_order day|days}' as SQL text; {column:1} shows one decimal place, and
   {column day|days} the first noun beside the number 1.

   Null where a column is null. rows: alias of the relation that has the columns, none = the only one; {average.column} is the column of a
   relation called average beside it: the mean of today's customers. #}
{% macro sentence(template, rows=none) -%}
    {%- set text = dbt.type_string() -%}
    {%- for part in retention._template_parts(template) -%}
        {%- if part.name -%}
            {%- set number = retention._printed_number(part, rows) -%}
            cast({{ number }} as {{ text }})
            {%- if part.one and part.places -%}
                || ' {{ part.many | replace("'", "''") }}'
            {%- elif part.one -%}
                {{ ' ' }}|| case when {{ number }} = 1 then ' {{ part.one | replace("'", "''") }}' else ' {{ part.many | replace("'", "''") }}' end
            {%- endif -%}
        {%- else -%}
            '{{ part.text | replace("'", "''") }}'
        {%- endif -%}
        {{ ' || ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
