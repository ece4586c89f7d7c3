{# Adds to `found` what a model reads: views, and what they read in turn, and tables (model name:
   relation).

   A view that int_retention__known_days tracks counts as a table. Files that a view reads are not known to
   dbt: a view that reads no model counts as a table. So does a source that dbt-duckdb reads from files, which
   is not a relation of the warehouse. #}
{% macro _gather_inputs(node, found) %}
    {% set tracked = retention._history_sources() %}
    {% for unique_id in node.depends_on.nodes if unique_id not in found.seen %}
        {% do found.seen.append(unique_id) %}
        {% set input = graph.nodes.get(unique_id) or graph.sources.get(unique_id) %}
        {% if input.name == 'int_retention__known_days' %}
            {% do found.update({'has_known_days': true}) %}
        {% else %}
            {% set relation = adapter.get_relation(
                input.database, input.schema, input.alias if input.alias is defined else input.identifier
            ) %}
            {% set reads_models = input.depends_on is defined and input.depends_on.nodes | length > 0 %}
            {% if relation is none and input.resource_type == 'source' %}
                {% do found.tables.update({unique_id: source(input.source_name, input.name)}) %}
            {% elif relation is none or (relation.is_view and reads_models and input.name not in tracked) %}
                {% do found.views.append(relation) if relation is not none %}
                {% do retention._gather_inputs(input, found) if reads_models %}
            {% else %}
                {% do found.tables.update({input.name: relation}) %}
            {% endif %}
        {% endif %}
    {% endfor %}
{% endmacro %}
