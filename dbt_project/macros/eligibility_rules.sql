{# The eligibility rules (SQL conditions) by action, read from the table of actions when the model runs.

   columns: the names that rules may use, in lower case. Stops the build where a rule uses another name. #}
{% macro eligibility_rules(actions, columns) %}
    {% set rules = {} %}
    {% if execute and not actions.is_cte and adapter.get_columns_in_relation(actions) %}
        {% set query %}
            select action, eligibility_rule from {{ actions }}
            where eligibility_rule is not null
            order by action
        {% endset %}
        {% for row in run_query(query) %}
            {% do rules.update({row[0]: row[1]}) %}
        {% endfor %}
    {% endif %}
    {% set words = (
        'and or not in is null true false between like ilike case when then else end cast try_cast as date '
        ~ 'timestamp interval double float integer int bigint decimal string boolean '
        ~ 'day days week weeks month months year years distinct from'
    ).split() %}
    {% for action, rule in rules.items() if columns %}
        {# Quoted texts are left out. A word before a bracket is a function. #}
        {% set bare = modules.re.sub("'(?:[^']|'')*'", ' ', rule) | lower %}
        {% set name_pattern = '(?<![0-9a-z_.])"?([a-z_][0-9a-z_]*)"?(?![0-9a-z_]|"|\\s*\\()' %}
        {% set named = modules.re.findall(name_pattern, bare) %}
        {% set unknown = named | reject('in', columns) | reject('in', words) | unique | list %}
        {% if unknown %}
            {{ exceptions.raise_compiler_error(
                "the eligibility_rule of " ~ action ~ " is '" ~ rule ~ "'; it uses " ~ unknown | join(', ')
                ~ ", and rules may use " ~ columns | sort | join(', ') ~ ". Correct it in the table of the"
                ~ " var retention_actions. See docs/decisions.md"
            ) }}
        {% endif %}
    {% endfor %}
    {{ return(rules) }}
{% endmacro %}
