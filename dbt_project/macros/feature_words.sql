{# What each feature says, in words: a dict of column and the description of that column in its family's YAML. #}
{% macro feature_words() %}
    {% set words = {} %}
    {% if execute %}
        {% for family in retention.setting('retention_features') %}
            {% for node in (graph.nodes or {}).values()
                if node.resource_type == 'model' and node.name == 'feat_' ~ family %}
                {% for name, column in node.columns.items() if column.description %}
                    {% do words.update({name | lower: column.description | trim}) %}
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endif %}
    {{ return(words) }}
{% endmacro %}
