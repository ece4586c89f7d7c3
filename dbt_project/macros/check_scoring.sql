{# With scoring: external, stops a dbt that `retention build` did not start before it builds anything. #}
{% macro check_scoring() %}
    {% if retention.setting('scoring') == 'external' and not retention.is_external() %}
        {% do retention.refuse_dbt_alone() %}
    {% endif %}
{% endmacro %}
