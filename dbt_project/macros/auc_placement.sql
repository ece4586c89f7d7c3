{# The placement of a row: the share of rows of the other class with a lower score; ties count half.

   score: a number. keys: columns of the group that is evaluated, beside a column is_churned. The mean over
   churned rows is the AUC; the variances of both classes give its variance (DeLong et al. 1988). #}
{% macro auc_placement(score, keys) -%}
    {%- set all_rows = 'partition by ' ~ keys | join(', ') -%}
    (
        rank() over ({{ all_rows }} order by {{ score }})
        - rank() over ({{ all_rows }}, is_churned order by {{ score }})
        + cast(
            count(*) over ({{ all_rows }}, {{ score }})
            - count(*) over ({{ all_rows }}, is_churned, {{ score }}) as double
        ) / 2
    )
    / nullif(cast(count(*) over ({{ all_rows }}) - count(*) over ({{ all_rows }}, is_churned) as double), 0)
{%- endmacro %}
