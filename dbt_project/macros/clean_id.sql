{# An identifier as text, so that the same id matches in every input: trimmed (see trimmed_text), and a whole
   number with decimals (1.0, or a column of type double) without them.

   A number with leading zeros (01.0) is a text and stays as it is. In a column of doubles, NaN and infinity
   become null. #}
{% macro clean_id(column) -%}
    {%- set number = 'try_cast(' ~ dbt.cast(column, dbt.type_string()) ~ ' as double)' -%}
    {%- set is_double = 'lower(typeof(' ~ column ~ ")) in ('double', 'float')" -%}
    case
        when {{ is_double }} and abs({{ number }}) < 1e18 and {{ number }} = floor({{ number }})
            then cast(cast({{ number }} as bigint) as {{ dbt.type_string() }})
        when {{ is_double }} and not abs({{ number }}) <= 1.7976931348623157e308
            then null
        else {{ adapter.dispatch('clean_id', 'retention')(column) }}
    end
{%- endmacro %}

{% macro default__clean_id(column) -%}
    case
        when contains(cast({{ column }} as varchar), '.0')
            then regexp_replace({{ retention.trimmed_text(column) }}, '^(-?(?:0|[1-9][0-9]*))\.0+$', '\1')
        else {{ retention.trimmed_text(column) }}
    end
{%- endmacro %}

{% macro spark__clean_id(column) -%}
    regexp_replace({{ retention.trimmed_text(column) }}, r'^(-?(?:0|[1-9][0-9]*))\.0+$', '$1')
{%- endmacro %}
