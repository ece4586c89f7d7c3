{# The first morning (date) at or after this timestamp: midnight itself counts. #}
{% macro first_morning_from(timestamp_column) %}
    case
        when {{ timestamp_column }} = cast(cast({{ timestamp_column }} as date) as timestamp)
            then cast({{ timestamp_column }} as date)
        else {{ retention.first_morning_after(timestamp_column) }}
    end
{%- endmacro %}
