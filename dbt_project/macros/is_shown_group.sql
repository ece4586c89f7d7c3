{# Whether a group of customers is shown beside the other groups of its line.

   A line is a partition of customers whose total is known, so that one hidden group would follow from the
   rest. Where a group has fewer than min_group_size customers, the next smallest are hidden too, until the
   hidden groups have min_group_size customers together: then the total does not say who is in which.

   count: the number of customers in the group. line: list of the columns of the partition; empty = all rows.
   key: what tells groups of the same size apart. #}
{% macro is_shown_group(count, line, key) -%}
    {%- set least = retention.setting('min_group_size') -%}
    {%- set partition = 'partition by ' ~ line | join(', ') ~ ' ' if line else '' -%}
    (
        {{ count }} >= {{ least }}
        and (
            min({{ count }}) over ({{ partition }}) >= {{ least }}
            or sum({{ count }}) over (
                {{ partition }}order by {{ count }}, {{ key }}
                rows between unbounded preceding and 1 preceding
            ) >= {{ least }}
        )
    )
{%- endmacro %}
