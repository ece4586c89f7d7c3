{# Condition: this event is visible on as_of_date: it happened before that day and was loaded by then.

   When may a feature see an event? This is the rule for all events but purchases, which have known_at.
   event_at, loaded_at: timestamps; loaded_at none = the input has no loaded_at. as_of_date: a date. An
   event on as_of_date itself is not visible; an earlier one loaded at midnight of as_of_date is. #}
{% macro seen_by(event_at, loaded_at, as_of_date) -%}
    cast({{ event_at }} as date) < {{ as_of_date }}
    {%- if loaded_at is not none %}
            and coalesce({{ first_date_from(loaded_at) }} <= {{ as_of_date }}, true)
    {%- endif %}
{%- endmacro %}
