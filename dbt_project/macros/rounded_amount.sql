{# An amount of money rounded to amount_decimals, so that a sum of doubles that moves in its last digits stays the same amount.

   Rounded twice, for such a sum may lie on either side of half a cent. #}
{% macro rounded_amount(column) -%}
    {%- set decimals = retention.setting('amount_decimals') -%}
    {{ retention.rounded(retention.rounded(column, decimals + 4), decimals) }}
{%- endmacro %}
