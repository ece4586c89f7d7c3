{# The SQL conditions of the actions that have one, by action, read from the table of actions when the model runs. #}
{% macro eligibility_rules(actions) %}
    {% set rules = {} %}
    {% if execute and not actions.is_cte and adapter.get_columns_in_relation(actions) %}
        {% set query %}
            select action, eligibility_rule from {{ actions }}
            where eligibility_rule is not null
            order by action
        {% endset %}
        {% for row in run_query(query) %}
            {% do rules.update({row[0]: row[1]}) %}
        {% endfor %}
    {% endif %}
    {{ return(rules) }}
{% endmacro %}
