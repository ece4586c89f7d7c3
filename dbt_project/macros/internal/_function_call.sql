{# A call of a function of the package; with scoring: external, the arguments that `retention build` calls it
   with: {'function': {'_1': ..., '_2': ...}}. There a float of the function becomes a double by itself. #}
{% macro _function_call(name, arguments, float_as_double=false) -%}
    {%- if retention.is_external() -%}
        {'{{ name }}': {
            {%- for argument in arguments -%}
                '_{{ loop.index }}': {{ argument }}{{ ', ' if not loop.last }}
            {%- endfor -%}
        }}
    {%- elif float_as_double -%}
        cast({{ name }}({{ arguments | join(', ') }}) as double)
    {%- else -%}
        {{ name }}({{ arguments | join(', ') }})
    {%- endif -%}
{%- endmacro %}
