{# The reasons of all feature families, as a list of {reason, features, sentences}.

   They come from config.meta.reasons in the YAML of the families. sentences is a list of {words, holds_if}: a
   customer gets the first one whose condition holds. If several families name the same reason, their features
   and sentences are combined in the order of retention_features. #}
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
            "the reason " ~ reason.reason ~ " has no sentence in any family of retention_features: "
            ~ "add words to one of its entries under config.meta.reasons. See docs/adding-a-feature.md"
        ) }}
    {% endfor %}
    {{ return(reasons.values() | list) }}
{% endmacro %}
