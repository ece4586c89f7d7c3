{# The description of each feature: a dict of column name and description, from the YAML of its family. #}
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
