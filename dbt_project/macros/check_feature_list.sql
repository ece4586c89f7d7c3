{# Raises an error if a required family is left out, if the var retention_features lacks a feat_* model,
   if a feature is not a valid column name, or if two families have the same one. families: {name:
   [columns]}. #}
{% macro check_feature_list(families) %}
    {% if not execute %}
        {{ return('') }}
    {% endif %}
    {% set needed = ['recency_frequency_monetary', 'frequency_decline', 'buy_till_you_die'] %}
    {% set missing = needed | reject('in', families) | list %}
    {% if missing %}
        {{ exceptions.raise_compiler_error(
            "retention_features lacks " ~ missing | join(', ') ~ "; scores, marts and the words of reasons "
            ~ "read " ~ ("its" if missing | length == 1 else "their") ~ " columns: list "
            ~ ("it" if missing | length == 1 else "them") ~ ", with the model enabled. "
            ~ "See docs/features.md"
        ) }}
    {% endif %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.name.startswith('feat_') %}
        {% if node.name[5:] not in families %}
            {{ exceptions.raise_compiler_error(
                "the model " ~ node.name ~ " is not in the var retention_features ("
                ~ families.keys() | join(', ') ~ "). Run: retention features sync. Or disable the model. "
                ~ "See docs/adding-a-feature.md"
            ) }}
        {% endif %}
    {% endfor %}
    {% do retention.check_feature_names(families) %}
    {% set owners = {} %}
    {% for family, columns in families.items() %}
        {% for column in columns %}
            {% if column in owners %}
                {{ exceptions.raise_compiler_error(
                    "the feature " ~ column ~ " stands in feat_" ~ owners[column] ~ " and in feat_" ~ family
                    ~ "; rename one of them"
                ) }}
            {% endif %}
            {% do owners.update({column: family}) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
