{# The value of a var, checked by the table of vars (_vars_contract). An error where it is not allowed.

   A list comes as texts (each.type text), an unset list or mapping that may be null as an empty one. #}
{% macro setting(name) %}
    {% set kind = retention._kind_of_var(name) %}
    {% set value = retention._given_value(name, kind) %}
    {% set other = kind.get('not_below', kind.get('more_than')) %}
    {% set limit = retention.setting(other) if other else none %}
    {% if not retention._allows_value(kind, value)
        or (other and (value < limit or ('more_than' in kind and value == limit))) %}
        {{ exceptions.raise_compiler_error(retention._refusal_of_value(name, kind, value, limit)) }}
    {% endif %}
    {{ return(retention._typed_value(kind, value)) }}
{% endmacro %}
