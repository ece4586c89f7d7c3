{# One column per value, named prefix_value: 1 if the column has the value, 0 if it has another value or
   null.

   values: a list of texts in lower case, usually a var. Characters other than letters and digits become
   '_' in the name. An empty list gives no column. Every column is followed by a comma. #}
{% macro one_hot(column, values, prefix) -%}
    {%- set names = [] -%}
    {%- for value in values -%}
        {%- set name = prefix ~ '_' ~ modules.re.sub('[^a-z0-9]+', '_', value | string | lower) -%}
        {%- if name in names -%}
            {{ exceptions.raise_compiler_error(
                "one_hot of " ~ column ~ " is given " ~ values ~ ": two of them make the column " ~ name
                ~ "; leave one out. See docs/vars.md"
            ) }}
        {%- endif -%}
        {%- do names.append(name) -%}
        {%- set text = value | string | lower | replace("'", "''") -%}
        cast(case when {{ column }} = '{{ text }}' then 1 else 0 end as double) as {{ name }},
        {% endfor -%}
{%- endmacro %}
