{# A telephone number in E.164 ('+', country code, number); null where it is no valid number.

   A number that names no country is of the one in the var default_region; where the var is null, it is null. #}
{% macro phone_e164(phone) -%}
    {%- set region = retention.setting('default_region') -%}
    phone_e164({{ phone }}, {{ "'" ~ region | upper ~ "'" if region else 'cast(null as ' ~ dbt.type_string() ~ ')' }})
{%- endmacro %}
