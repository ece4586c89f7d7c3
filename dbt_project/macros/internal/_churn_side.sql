{# 1 = churned customers have a higher mean of a column than retained ones, -1 = a lower one. #}
{% macro _churn_side(column) -%}
    sign(
        round(avg({{ column }}) filter (where is_churned), 6)
        - round(avg({{ column }}) filter (where not is_churned), 6)
    )
{%- endmacro %}
