{# The reasons that feature models name under config.meta.reasons: a list of
   {reason, features, words, words_if_unknown}: the last are said where a number of the first is null.

   Several models may name the same reason: their features are joined and the first words are taken. #}
{% macro feature_reasons() %}
    {% set reasons = {} %}
    {% if execute %}
        {% for family in var('retention_features') %}
            {% for node in graph.nodes.values()
                if node.resource_type == 'model' and node.name == 'feat_' ~ family %}
                {% for entry in node.config.get('meta', {}).get('reasons', []) %}
                    {% if not (entry.reason and entry.features and entry.words) %}
                        {{ exceptions.raise_compiler_error(
                            "config.meta.reasons of " ~ node.name ~ " has " ~ entry
                            ~ "; each entry needs reason, features and words. See docs/adding-a-feature.md"
                        ) }}
                    {% endif %}
                    {% set known = reasons.setdefault(
                        entry.reason, {
                            'reason': entry.reason, 'features': [], 'words': entry.words,
                            'words_if_unknown': entry.get('words_if_unknown', entry.words),
                        }
                    ) %}
                    {% do known.features.extend(entry.features) %}
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endif %}
    {{ return(reasons.values() | list) }}
{% endmacro %}
