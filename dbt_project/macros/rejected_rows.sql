{# The rows of an input that break the contract: which input, which row, which rule, which value.

   parents: see accepted_rows. #}
{% macro rejected_rows(name, parents={}) %}
    {% do retention.max_rejected_share(name) %}
    {% set contract = retention._input_contract()[name] %}
    {% set text = retention._input_types().text.sql %}
    select
        '{{ name }}' as input_name,
        {% for column in contract.key %}
            coalesce(cast({{ column }} as {{ text }}), '?'){{ " || ' ' || " if not loop.last }}
        {%- endfor %} as row_key,
        rejection_rule,
        rejected_value
    from ({{ retention._checked_rows(name, parents) }}) as checked_rows
    where rejection_rule is not null
{% endmacro %}
