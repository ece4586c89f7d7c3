{# The SQL of a var that is a day, checked; a null date where it is null. #}
{% macro day_setting(name) %}
    {% set value = retention.setting(name) %}
    {{ return('cast(null as date)' if value is none else "cast('" ~ value ~ "' as date)") }}
{% endmacro %}
