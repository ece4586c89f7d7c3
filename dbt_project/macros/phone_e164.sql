{# A telephone number in E.164 ('+', country code, number); null if it is not a valid number.

   A number without a country code is read as one of the country in the var default_region; if the var is
   null, the result is null. #}
{% macro phone_e164(phone) -%}
    {%- set region = retention.setting('default_region') -%}
    {%- set none_given = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
    {{ retention._function_call(
        'phone_e164', [phone, "'" ~ region | upper ~ "'" if region else none_given]
    ) }}
{%- endmacro %}
