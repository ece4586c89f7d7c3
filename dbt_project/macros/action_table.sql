{# The relation of a table about actions, retention_actions or retention_action_priors: the model, seed or
   source of the shop that the var of that name gives, or the package's seed where the var is null. Stops
   the build where a column is missing. #}
{% macro action_table(name) %}
    {% set columns = {
        'retention_actions': [
            'action', 'channel', 'consent', 'contact_cost', 'offer_value', 'reach_share', 'cooldown_days',
            'capacity', 'offer', 'eligibility_rule',
        ],
        'retention_action_priors': ['action', 'risk_tier', 'segment_number', 'prior_save_rate'],
    }[name] %}
    {% set target_name = retention.setting(name) %}
    {% set parts = (target_name or '').split('.') %}
    {% if target_name is none %}
        {% set relation = ref('retention', name) %}
    {% else %}
        {% set is_source = parts | length == 2 %}
        {% set relation = source(parts[0], parts[1]) if is_source else ref(project_name, parts[0]) %}
    {% endif %}
    {% if execute and not relation.is_cte %}
        {% set found_columns = adapter.get_columns_in_relation(relation) %}
        {% set found = found_columns | map(attribute='name') | map('lower') | list %}
        {% set missing = columns | reject('in', found) | list %}
        {% if found and missing %}
            {{ exceptions.raise_compiler_error(
                name ~ " (" ~ relation.identifier ~ ") has no column " ~ missing | join(', ') ~ "; it has "
                ~ found | join(', ') ~ ". See docs/decisions.md"
            ) }}
        {% endif %}
    {% endif %}
    {{ return(relation) }}
{% endmacro %}
