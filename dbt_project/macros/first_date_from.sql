{# The first as_of_date that begins at or after this timestamp. #}
{% macro first_date_from(timestamp_column) %}
    case
        when {{ timestamp_column }} = cast(cast({{ timestamp_column }} as date) as timestamp)
            then cast({{ timestamp_column }} as date)
        else {{ retention.first_date_after(timestamp_column) }}
    end
{%- endmacro %}
