{# Condition: there is a morning on which this version of a purchase counts; one that was undone before it was known counts
   on none. For counts of changes from morning to morning. purchases: alias of int_retention__purchases. #}
{% macro is_ever_known(purchases) -%}
    coalesce({{ purchases }}.undone_from_date > {{ purchases }}.known_from_date, true)
{%- endmacro %}
