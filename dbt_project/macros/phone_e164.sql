{# A telephone number in E.164 ('+', country code, number); null where it is no valid number.

   A number that names no country is of the one in the var default_region; where the var is null, it is null. #}
{% macro phone_e164(phone) -%}
    {%- set region = var('default_region') -%}
    {%- if region is not none and (region is not string or not modules.re.fullmatch('[A-Za-z]{2}', region)) -%}
        {{ exceptions.raise_compiler_error(
            "default_region is '" ~ region ~ "'; expected the two letters of a country by ISO 3166, such as GB, IT or US, "
            ~ "or null" ~ (" (write Norway in quotes, 'NO': YAML reads NO as false)" if region is boolean) ~ ". See docs/vars.md"
        ) }}
    {%- endif -%}
    phone_e164({{ phone }}, {{ "'" ~ region | upper ~ "'" if region else 'cast(null as ' ~ dbt.type_string() ~ ')' }})
{%- endmacro %}
