{# The var shop_time_zone, checked: stops the build where it is no name of the IANA time zone database. #}
{% macro shop_time_zone() %}
    {% set zone = var('shop_time_zone') %}
    {% if zone not in modules.pytz.all_timezones_set %}
        {{ exceptions.raise_compiler_error(
            "shop_time_zone is '" ~ zone ~ "'; expected a name of the IANA time zone database, such as UTC, Europe/Berlin "
            ~ "or America/New_York. See docs/time.md"
        ) }}
    {% endif %}
    {{ return(zone) }}
{% endmacro %}
