{# The relation of an input: the model or source that the var input_<name> names.

   'my_orders' is a model or seed of the shop's own project, 'raw.orders' a source. Where the var is not set,
   it is the example seed of the package if the package runs by itself, and none in a shop (input_rows then
   gives no rows). #}
{% macro input(name) %}
    {{ return(adapter.dispatch('input', 'retention')(name)) }}
{% endmacro %}

{% macro default__input(name) %}
    {% do retention.check_engine() %}
    {% do retention.check_scoring() %}
    {% if name == 'orders' %}
        {% do retention.check_vars() %}
    {% endif %}
    {% set contract = retention._input_contract() %}
    {% if name not in contract %}
        {{ exceptions.raise_compiler_error(
            "input('" ~ name ~ "'): no such input; allowed are " ~ contract.keys() | join(', ')
        ) }}
    {% endif %}
    {% set target_name = retention.setting('input_' ~ name) %}
    {% if target_name is none and project_name == 'retention' %}
        {{ return(ref('example_' ~ name)) }}
    {% elif target_name is none %}
        {% set only_reads_project = ['parse', 'list', 'ls', 'docs', 'clean', 'deps'] %}
        {% if name == 'orders' and execute and flags.WHICH not in only_reads_project %}
            {{ exceptions.raise_compiler_error(
                "input_orders is not set; expected a model name or 'source.table'. "
                ~ "Add it under vars: retention: in dbt_project.yml. See docs/inputs.md"
            ) }}
        {% endif %}
        {{ return(none) }}
    {% endif %}
    {{ return(retention._named_relation('input_' ~ name)) }}
{% endmacro %}
