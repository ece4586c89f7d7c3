{# Of a row the share of those with the other answer that it outranks, or is outranked by; ties count half.

   score: a number; keys: columns of the group that is judged; is_churned stands beside them. The mean over churners is
   the AUC, and so is one less the mean over stayers. Spread of both gives its variance (DeLong et al. 1988). #}
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
