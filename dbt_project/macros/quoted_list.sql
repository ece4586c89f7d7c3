{# A list of strings as SQL literals: 'a', 'b'. An empty list becomes a string that nothing equals. #}
{% macro quoted_list(values) -%}
    {%- if values is string or values is mapping or (values is not none and values is not iterable) -%}
        {{ exceptions.raise_compiler_error(
            "'" ~ values ~ "' is given where a list is expected, such as [one, another]. See docs/vars.md"
        ) }}
    {%- endif -%}
    {%- for value in values or ['(none)'] -%}
        '{{ value | string | replace("'", "''") }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
