{# Condition: this event lay in the past and was loaded on that morning. The rule of time for all events but
   purchases (those have known_at).

   event_at, loaded_at: timestamps; loaded_at none = the input does not say. as_of_date: a date. An event of
   as_of_date itself is not seen; one loaded at midnight of as_of_date is. #}
{% macro seen_by(event_at, loaded_at, as_of_date) -%}
    cast({{ event_at }} as date) < {{ as_of_date }}
    {%- if loaded_at is not none %}
            and coalesce({{ first_morning_from(loaded_at) }} <= {{ as_of_date }}, true)
    {%- endif %}
{%- endmacro %}
