{# Stops every command, before a model is compiled, where a var has a value that is not allowed, or a name
   that does not exist: misspelt, gone, or in the wrong place.

   Names are looked for in --vars and in dbt_project.yml. Vars that a shop sets under the name of its own
   project are its own and are not checked. #}
{% macro check_vars() %}
    {% set given = invocation_args_dict.get('vars') or {} %}
    {% if given is mapping and given.get('retention') is mapping %}
        {{ exceptions.raise_compiler_error(
            "--vars is '{retention: {" ~ given.retention.keys() | join(', ') ~ ": ...}}', but on the command "
            ~ "line dbt reads no package's name: these vars would be ignored. Write them flat: --vars '{"
            ~ given.retention.keys() | first ~ ": " ~ given.retention.values() | first
            ~ "}'. See docs/vars.md"
        ) }}
    {% endif %}
    {# dbt gives macros its configuration, where vars is what dbt_project.yml holds. #}
    {% set is_known = adapter.config is defined and adapter.config.vars is defined %}
    {% set project = adapter.config.vars.vars if is_known else {} %}
    {% set of_shop = (project.get(project_name) if project_name != 'retention') or {} %}
    {% set scopes = ['retention', project_name] + of_shop.keys() | list %}
    {% set wrong = [] %}
    {% for scope in (given, project) if scope is mapping %}
        {% for name, value in scope.items() if name not in scopes %}
            {% do wrong.append(retention._why_no_var(name, 'top', false)) %}
        {% endfor %}
    {% endfor %}
    {% for name in project.get('retention') or {} %}
        {% do wrong.append(retention._why_no_var(name, 'top', true)) %}
    {% endfor %}
    {% set advanced = retention.setting('advanced') %}
    {% for name in advanced %}
        {% do wrong.append(retention._why_no_var(name, 'advanced', true)) %}
    {% endfor %}
    {% for reason in wrong if reason is not none %}
        {{ exceptions.raise_compiler_error(reason ~ ". See docs/vars.md") }}
    {% endfor %}
    {% for group in retention._vars_contract().values() %}
        {% for name in group['vars'] %}
            {% do retention.setting(name) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
