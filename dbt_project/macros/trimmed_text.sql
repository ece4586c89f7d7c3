{# A column as text, without spaces and invisible characters at its ends; null where nothing is left. #}
{% macro trimmed_text(column) -%}
    nullif({{ adapter.dispatch('trimmed_text', 'retention')(column) }}, '')
{%- endmacro %}

{# Most texts are ASCII and begin and end visibly ('!' is the first visible character): a regular expression takes three times as long. #}
{% macro default__trimmed_text(column) -%}
    {%- set invisible = retention._invisible_characters() -%}
    {%- set text = 'cast(' ~ column ~ ' as varchar)' -%}
    case
        when strlen({{ text }}) = length({{ text }}) and {{ text }} >= '!' and right({{ text }}, 1) >= '!'
            then {{ text }}
        else regexp_replace({{ text }}, '^{{ invisible }}+|{{ invisible }}+$', '', 'g')
    end
{%- endmacro %}

{% macro spark__trimmed_text(column) -%}
    {%- set invisible = retention._invisible_characters() -%}
    regexp_replace(cast({{ column }} as string), r'^{{ invisible }}+|{{ invisible }}+$', '')
{%- endmacro %}
