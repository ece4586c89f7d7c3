{# The relation that a var names: 'my_orders' is a model or seed of the shop's own project, 'raw.orders' a
   source. None if the var is not set. #}
{% macro _named_relation(var_name) %}
    {% set target_name = retention.setting(var_name) %}
    {% if target_name is none %}
        {{ return(none) }}
    {% endif %}
    {% set parts = target_name.split('.') %}
    {% set relation = source(parts[0], parts[1]) if parts | length == 2 else ref(project_name, parts[0]) %}
    {% if execute and relation.is_cte and model.resource_type != 'unit_test' %}
        {{ exceptions.raise_compiler_error(
            var_name ~ " names the model '" ~ target_name
            ~ "', which is ephemeral, so its columns cannot be read. "
            ~ "Make it a view or a table, e.g. {{ config(materialized='view') }} in its file"
        ) }}
    {% endif %}
    {{ return(relation) }}
{% endmacro %}
