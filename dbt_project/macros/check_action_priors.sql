{# Stops the build where the shop's table of save rates has an unknown action, risk tier or segment: its
   rows would be ignored. The package's own table is not checked, because a shop may have fewer actions. #}
{% macro check_action_priors(priors, actions, tier_names) %}
    {% if not execute or priors.is_cte or retention.setting('retention_action_priors') is none %}
        {{ return('') }}
    {% endif %}
    {% set action_rows = run_query('select action from ' ~ actions ~ ' order by action') %}
    {% set known_actions = action_rows.columns[0].values() %}
    {% set segment_count = retention.setting('segment_count') %}
    {% set most_segments = 6 if segment_count == 'auto' else segment_count %}
    {% set known = {
        'action': known_actions | reject('equalto', 'none') | list,
        'risk_tier': tier_names,
        'segment_number': range(1, most_segments + 1) | map('string') | list,
    } %}
    {% for column, names in known.items() %}
        {% set text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' %}
        {# Actions are compared in lower case; a whole number may come as 2.0. #}
        {% set name = {
            'action': 'lower(' ~ text ~ ')',
            'segment_number': "regexp_replace(" ~ text ~ ", '[.]0+$', '')",
        }.get(column, text) %}
        {% set query %}
            select distinct {{ name }} as name from {{ priors }}
            where {{ column }} is not null and {{ name }} not in ({{ quoted_list(names) }})
            order by name
        {% endset %}
        {% set unknown = run_query(query).columns[0].values() | list %}
        {% if unknown %}
            {{ exceptions.raise_compiler_error(
                "retention_action_priors (" ~ priors.identifier ~ ") has the " ~ column ~ " "
                ~ unknown | join(', ') ~ "; expected " ~ names | join(', ')
                ~ (", or nothing for all without a row of their own" if column != 'action' else '')
                ~ ". See docs/decisions.md"
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}
