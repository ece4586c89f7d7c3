{# A telephone number in E.164 ('+' and 8 to 15 digits); null where it cannot be one.

   A number without '+' or '00' is of the country in the var default_country_calling_code, without its trunk prefix (1 in
   North America, 0 elsewhere); where the var is null it is not known which, and null. #}
{% macro phone_e164(phone) -%}
    {%- set code = var('default_country_calling_code') -%}
    {%- if code is not none and not modules.re.fullmatch('[1-9][0-9]{0,2}', code | string) -%}
        {{ exceptions.raise_compiler_error(
            "default_country_calling_code is '" ~ code ~ "'; expected 1 to 3 digits without +, such as 44, or null. "
            ~ "See docs/vars.md"
        ) }}
    {%- endif -%}
    {%- set digits = retention.digits_of("replace(" ~ phone ~ ", '(0)', '')") -%}
    {%- set trunk = '1' if code | string == '1' else '0+' -%}
    case
        when {{ phone }} like '+%' and substr({{ digits }}, 1, 1) <> '0' and length({{ digits }}) between 8 and 15
            then '+' || {{ digits }}
        when {{ phone }} like '00%' and length({{ digits }}) between 10 and 17 and substr({{ digits }}, 3, 1) <> '0'
            then '+' || substr({{ digits }}, 3)
        {% if code is not none -%}
            when {{ phone }} not like '+%' and {{ phone }} not like '00%'
                and length({{ digits }}) between {{ 8 - code | string | length }} and {{ 15 - code | string | length }}
                then '+{{ code }}' || regexp_replace({{ digits }}, '^{{ trunk }}', '')
        {%- endif %}
    end
{%- endmacro %}
