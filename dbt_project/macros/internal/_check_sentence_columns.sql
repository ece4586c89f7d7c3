{# Raises an error if a sentence of a reason, or its condition, uses a column that is not a feature.

   columns: the features; empty before they are built. #}
{% macro _check_sentence_columns(reasons, columns) %}
    {% for reason in reasons if columns %}
        {% for one in reason.sentences %}
            {% for part in retention._template_parts(one.words ~ one.holds_if) if part.name %}
                {% set column = part.name | replace('average.', '') | replace('risk_side_of_', '') | lower %}
                {% if column not in columns %}
                    {{ exceptions.raise_compiler_error(
                        "a sentence of the reason " ~ reason.reason ~ " names {" ~ part.name
                        ~ "}, and no family in retention_features has the column " ~ column ~ ": '"
                        ~ one.words ~ "'. Allowed are the columns of ml_features. "
                        ~ "See docs/adding-a-feature.md"
                    ) }}
                {% endif %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
