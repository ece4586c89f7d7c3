{# One check of int_retention__campaign_checks as a select from its CTE shown: one row per campaign.

   name: of the check; number: the order of findings; affected: the column with the customers it concerns;
   is_flagged, is_disqualifying: SQL conditions, null = false; finding: SQL text of a flagged check. #}
{% macro campaign_check(name, number, affected, is_flagged, is_disqualifying, finding) %}
        select
            campaign_id,
            '{{ name }}' as check_name,
            {{ number }} as check_number,
            cast(shown_assigned_count as integer) as assigned_count,
            coalesce({{ is_flagged }}, false) as is_flagged,
            coalesce({{ is_disqualifying }}, false) as is_disqualifying,
            cast(
                case
                    when coalesce({{ is_flagged }}, false) then {{ hide_small_group(affected, affected) }}
                    else 0
                end as integer
            ) as affected_count,
            case when {{ is_flagged }} then cast({{ finding }} as {{ dbt.type_string() }}) end as finding
        from shown
{% endmacro %}
