{# Condition: this purchase lay in the past, was loaded and was not yet sent back on that morning.

   The rule of time of the whole package. purchases: alias of int_retention__purchases; as_of_date: a date. #}
{% macro known_at(purchases, as_of_date) -%}
    {{ purchases }}.purchase_date < {{ as_of_date }}
            and {{ purchases }}.known_from_date <= {{ as_of_date }}
            and coalesce({{ purchases }}.undone_from_date > {{ as_of_date }}, true)
{%- endmacro %}
