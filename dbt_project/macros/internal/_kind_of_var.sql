{# What a var may be: its row of _vars_contract, with the page of its group. #}
{% macro _kind_of_var(name) %}
    {% for group in retention._vars_contract().values() if name in group['vars'] %}
        {% set kind = group['vars'][name] %}
        {% do kind.update({'page': kind.get('page', group['page'])}) %}
        {{ return(kind) }}
    {% endfor %}
    {{ exceptions.raise_compiler_error(
        "setting('" ~ name ~ "'): there is no such var in macros/internal/_vars_contract.sql"
    ) }}
{% endmacro %}
