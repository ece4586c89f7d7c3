{# The rows of an input that keep the contract, typed; optional columns the shop does not have are null.

   parents: {column: relation or CTE that it must be found in, with that column and is_accepted (1 or 0)}; rows whose column is not found
   there, or in rejected rows only, are rejected. #}
{% macro accepted_rows(name, parents={}) %}
    {% set contract = retention._input_contract()[name] %}
    select
        {% for column in contract.required.keys() | list + contract.optional.keys() | list %}
            {{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from ({{ retention._checked_rows(name, parents) }}) as checked_rows
    where rejection_rule is null
{% endmacro %}
