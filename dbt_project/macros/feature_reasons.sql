{# The reasons that feature models name under config.meta.reasons, as a list of {reason, features, sentences}, where
   sentences are {words, holds_if}: the first whose condition holds for a customer is said.

   Several models may name the same reason: their features and their sentences are joined, in the order of retention_features. #}
{% macro feature_reasons() %}
    {% set reasons = {} %}
    {% if execute %}
        {% for family in retention.setting('retention_features') %}
            {% for node in graph.nodes.values()
                if node.resource_type == 'model' and node.name == 'feat_' ~ family %}
                {% for entry in node.config.get('meta', {}).get('reasons', []) %}
                    {% set sentences = retention._entry_sentences(entry, node.name) %}
                    {% set known = reasons.setdefault(
                        entry.reason, {'reason': entry.reason, 'features': [], 'sentences': []}
                    ) %}
                    {% do known.features.extend(entry.features) %}
                    {% do known.sentences.extend(sentences | reject('in', known.sentences)) %}
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endif %}
    {% for reason in reasons.values() if not reason.sentences %}
        {{ exceptions.raise_compiler_error(
            "no model of retention_features gives words to the reason " ~ reason.reason ~ ": add words to one entry of it under "
            ~ "config.meta.reasons. See docs/adding-a-feature.md"
        ) }}
    {% endfor %}
    {{ return(reasons.values() | list) }}
{% endmacro %}
