{# An amount of money rounded to amount_decimals, so that the last digits of a double do not make it another
   amount.

   It is rounded twice, because such a double may be on either side of half a cent. #}
{% macro rounded_amount(column) -%}
    {%- set decimals = retention.setting('amount_decimals') -%}
    {{ retention.rounded(retention.rounded(column, decimals + 4), decimals) }}
{%- endmacro %}
