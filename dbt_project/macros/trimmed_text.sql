{# A column as text, without spaces and invisible characters at its ends; null if it is empty. #}
{% macro trimmed_text(column) -%}
    nullif({{ adapter.dispatch('trimmed_text', 'retention')(column) }}, '')
{%- endmacro %}

{# Most texts are ASCII and have a visible first and last character ('!' is the first visible one). A regular
   expression takes three times as long. #}
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
