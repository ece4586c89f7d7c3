{# Hook of a model table: logs a warning with the reason where no model was trained. The build goes on with all that needs
   no model; mart_data_readiness says the same. retention train ends with this warning as its error. #}
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
