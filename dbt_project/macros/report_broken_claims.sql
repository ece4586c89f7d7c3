{# Prints what each failed test `claims` found: the model, the claim, and the number of rows that break it.
   For on-run-end. #}
{% macro report_broken_claims(results) %}
    {% if execute %}
        {% for result in results if result.status in ('fail', 'warn') and result.node.test_metadata
            and result.node.test_metadata.name == 'claims' %}
            {% for broken in run_query(result.node.compiled_code) %}
                {% do log(
                    result.node.file_key_name | replace('models.', '') ~ ': ' ~ broken[0] ~ ': broken by '
                    ~ broken[1] ~ ' rows', info=true
                ) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{% endmacro %}
