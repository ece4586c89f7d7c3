{# The first date on which seen_by(event_at, loaded_at, date) is true. #}
{% macro _seen_from(event_at, loaded_at) -%}
    {% set loaded = retention.first_date_from('coalesce(' ~ loaded_at ~ ', ' ~ event_at ~ ')') -%}
    greatest({{ retention.first_date_after(event_at) }}, {{ loaded }})
{%- endmacro %}
