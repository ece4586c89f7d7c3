{# The rows of an input that keep the contract, typed; optional columns the shop does not have are null. #}
{% macro accepted_rows(name) %}
    {% set contract = retention._input_contract()[name] %}
    select
        {% for column in contract.required.keys() | list + contract.optional.keys() | list %}
            {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from ({{ retention._checked_rows(name) }}) as checked_rows
    where rejection_rule is null
{% endmacro %}
