{# A UTC timestamp on the clock of a time zone. Times before 1900 or from 9999-12-31 on, which stand for 'no
   time', stay as they are. #}
{% macro _utc_to_zone(utc, zone) -%}
    {%- if zone == 'UTC' -%}
        {{ utc }}
    {%- else -%}
        {{ adapter.dispatch('_utc_to_zone', 'retention')(utc, zone) }}
    {%- endif -%}
{%- endmacro %}

{% macro default___utc_to_zone(utc, zone) -%}
    case
        when {{ utc }} >= timestamp '1900-01-01' and {{ utc }} < timestamp '9999-12-31'
            then timezone('{{ zone }}', timezone('UTC', {{ utc }}))
        else {{ utc }}
    end
{%- endmacro %}

{% macro spark___utc_to_zone(utc, zone) -%}
    case
        when {{ utc }} >= timestamp_ntz '1900-01-01' and {{ utc }} < timestamp_ntz '9999-12-31'
            then convert_timezone('UTC', '{{ zone }}', {{ utc }})
        else {{ utc }}
    end
{%- endmacro %}
