{# Condition: this is the last known version of a purchase that was not returned completely.

   For labels, which look past as_of_date; for what was known on a date use known_at. purchases: alias of
   int_retention__purchases or int_retention__purchase_lines. #}
{% macro is_kept(purchases) -%}
    {{ purchases }}.undone_from_date is null
{%- endmacro %}
