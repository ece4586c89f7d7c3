{# Adds to `found` what a model reads: views, followed to what they read in turn, and tables (model name: relation). #}
{% macro _gather_inputs(node, found) %}
    {% for unique_id in node.depends_on.nodes if unique_id not in found.seen %}
        {% do found.seen.append(unique_id) %}
        {% set input = graph.nodes.get(unique_id) or graph.sources.get(unique_id) %}
        {% if input.name == 'int_retention__known_days' %}
            {% do found.update({'has_known_days': true}) %}
        {% else %}
            {% set relation = adapter.get_relation(
                input.database, input.schema, input.alias if input.alias is defined else input.identifier
            ) %}
            {% if relation is none or relation.is_view %}
                {% do found.views.append(relation) if relation is not none %}
                {% do retention._gather_inputs(input, found) if input.depends_on is defined %}
            {% else %}
                {% do found.tables.update({input.name: relation}) %}
            {% endif %}
        {% endif %}
    {% endfor %}
{% endmacro %}
