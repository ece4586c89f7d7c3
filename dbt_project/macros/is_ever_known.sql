{# Condition: this version of a purchase is visible on at least one date. A version that was undone before
   it was known never is. Used for counts of changes from date to date. purchases: alias of
   int_retention__purchases. #}
{% macro is_ever_known(purchases) -%}
    coalesce({{ purchases }}.undone_from_date > {{ purchases }}.known_from_date, true)
{%- endmacro %}
