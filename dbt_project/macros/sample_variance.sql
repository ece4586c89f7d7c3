{# Sample variance (n - 1) of a number over the rows of a group that meet a condition; null below two rows.
   Sums do not depend on the order of rows. The number must be between -1e13 and 1e13. #}
{% macro sample_variance(expression, condition) -%}
    (
        {{ exact_sum('power(' ~ expression ~ ', 2)', scale=12, condition=condition, digits=38) }}
        - power({{ exact_sum(expression, scale=12, condition=condition, digits=38) }}, 2)
        / nullif(count(*) filter (where {{ condition }}), 0)
    ) / nullif(count(*) filter (where {{ condition }}) - 1, 0)
{%- endmacro %}
