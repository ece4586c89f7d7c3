{# Aggregate: actual over expected spend of a group, drawn towards 1 with the weight of a hundred customers.
   1 for a group without expected spend; actual spend below 0 counts as 0. #}
{% macro _shrunk_ratio(expected, actual='actual_amount', customers='customers_count') -%}
    {%- set prior_customers = 100 -%}
    coalesce(
        (
            sum({{ customers }}) * greatest({{ exact_sum(actual) }}, 0)
            / nullif({{ exact_sum(expected) }}, 0) + {{ prior_customers }}
        ) / (sum({{ customers }}) + {{ prior_customers }}), 1
    )
{%- endmacro %}
