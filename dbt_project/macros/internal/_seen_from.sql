{# The first morning on which seen_by(event_at, loaded_at, morning) holds. #}
{% macro _seen_from(event_at, loaded_at) -%}
    greatest({{ retention.first_morning_after(event_at) }}, {{ retention.first_morning_from('coalesce(' ~ loaded_at ~ ', ' ~ event_at ~ ')') }})
{%- endmacro %}
