{# Hook of a model table: logs a warning with the reason if no model was trained.

   The build continues with all models that need none; mart_data_readiness has the same reason. For retention
   train this warning is the error. #}
{% macro warn_if_not_trained(relation) %}
    {% if execute %}
        {% set refusals = run_query(
            'select distinct model, model_version, not_trained_because from ' ~ relation
            ~ ' where not_trained_because is not null'
        ) %}
        {% for refusal in refusals.rows %}
            {% do exceptions.warn(
                "Warning: no " ~ refusal[0] ~ " model was trained: " ~ refusal[2] ~ (
                    " (the champion " ~ refusal[1] ~ " stays)" if refusal[1]
                    else " (what rests on it is empty)"
                )
            ) %}
        {% endfor %}
    {% endif %}
{% endmacro %}
