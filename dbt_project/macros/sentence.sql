{# A template such as 'No order for {days_since_last_order} days' as SQL text; {column:1} shows one decimal place.

   Null where a column is null. rows: alias of the relation that has the columns; {average.column} is the column of a
   relation called average beside it: the mean of today's customers. #}
{% macro sentence(template, rows) -%}
    {%- set text = retention._input_types().text.sql -%}
    {%- set parts = modules.re.split('\\{((?:average\\.)?\\w+(?::\\d)?)\\}', template) -%}
    {%- for part in parts -%}
        {%- if loop.index0 % 2 -%}
            {%- set name, places = (part ~ ':0').split(':')[:2] -%}
            {%- set column = name if name.startswith('average.') else rows ~ '.' ~ name -%}
            {%- if places == '0' -%}
                cast(cast(round({{ column }}) as bigint) as {{ text }})
            {%- else -%}
                cast(cast({{ column }} as decimal(18, {{ places }})) as {{ text }})
            {%- endif -%}
        {%- else -%}
            '{{ part | replace("'", "''") }}'
        {%- endif -%}
        {{ ' || ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
