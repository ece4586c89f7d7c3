{# Rules (lines of a case): a value does not fit the type of its column. types: {column: timestamp, number,
   whole number or boolean}, of columns that texts_as_given wrote too. #}
{% macro reject_unreadable(types) -%}
    {%- set words = {
        'timestamp': 'a timestamp', 'number': 'a number', 'whole number': 'a whole number',
        'boolean': 'true or false',
    } -%}
    {%- for column, type in types.items() -%}
        {%- if type == 'timestamp' -%}
            when {{ column }} is null and {{ retention.has_unknown_zone('given_' ~ column) }}
                then '{{ column }} has an unknown time zone: use an offset such as +02:00, Z, or no time zone'
            {{ '' }}
        {%- endif -%}
        when {{ column }} is null and given_{{ column }} is not null
                then '{{ column }} is not {{ words[type] }}'
        {{- '\n            ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
