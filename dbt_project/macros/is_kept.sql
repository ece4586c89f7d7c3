{# Condition: this version of a purchase is the last one that is known: the purchase was not sent back whole.

   For answers, which may look past as_of_date; what was known on a morning has known_at. purchases: alias of
   int_retention__purchases or int_retention__purchase_lines. #}
{% macro is_kept(purchases) -%}
    {{ purchases }}.undone_from_date is null
{%- endmacro %}
