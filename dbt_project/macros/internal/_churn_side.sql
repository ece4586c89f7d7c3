{# 1 where those who churned have more of a column on average than those who stayed, -1 where less; over labelled rows. #}
{% macro _churn_side(column) -%}
    sign(round(avg({{ column }}) filter (where is_churned), 6) - round(avg({{ column }}) filter (where not is_churned), 6))
{%- endmacro %}
