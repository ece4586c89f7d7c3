{# Condition: this version of a purchase is visible on as_of_date: it happened before that day, was loaded
   by then, and was not yet returned completely or replaced by another version.

   When may a feature see an event? This is the rule for purchases; seen_by has the rule for all other
   events. purchases: alias of int_retention__purchases; as_of_date: a date. #}
{% macro known_at(purchases, as_of_date) -%}
    {{ purchases }}.purchase_date < {{ as_of_date }}
            and {{ purchases }}.known_from_date <= {{ as_of_date }}
            and coalesce({{ purchases }}.undone_from_date > {{ as_of_date }}, true)
{%- endmacro %}
