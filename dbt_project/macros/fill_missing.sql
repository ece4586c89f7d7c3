{# A feature with its nulls filled: a SQL expression over `rows`, which has customer_id, as_of_date and
   split.

   method: none | drop (both keep nulls; for drop the matrix leaves out training rows with a null) | zero
   | mean | median | mode (the most frequent value of the training dates, the smallest of equals) | linear
   (on the line through the customer's two last known values before as_of_date, within the range of the
   training dates; the last value if there is only one). Statistics come from training dates only. linear
   never uses a later date, because that would show the past its future. #}
{% macro fill_missing(column, method, rows='joined') -%}
    {%- set known = 'from ' ~ rows ~ " where split = 'train' and " ~ column ~ ' is not null' -%}
    {%- if method == 'zero' -%}
        coalesce({{ column }}, 0)
    {%- elif method == 'mean' -%}
        coalesce({{ column }}, (select {{ exact_sum(column, scale=6) }} / nullif(count(*), 0) {{ known }}))
    {%- elif method == 'median' -%}
        coalesce({{ column }}, (select median({{ column }}) {{ known }}))
    {%- elif method == 'mode' -%}
        coalesce(
            {{ column }},
            (
                select {{ column }} {{ known }}
                group by {{ column }} order by count(*) desc, {{ column }} limit 1
            )
        )
    {%- elif method == 'linear' -%}
        {%- set day = 'case when ' ~ column ~ ' is not null then as_of_date end' -%}
        {%- set last_value = retention._previous_known(column, 1) -%}
        {%- set last_day = retention._previous_known(day, 1) -%}
        {%- set rise = last_value ~ ' - ' ~ retention._previous_known(column, 2) -%}
        {%- set run = retention.days_between(retention._previous_known(day, 2), last_day) -%}
        coalesce(
            {{ column }},
            {# greatest and least ignore nulls: without a line, the next line of coalesce applies. #}
            case
                when {{ rise }} is not null
                    then least(
                        greatest(
                            {{ last_value }}
                            + ({{ rise }}) * {{ retention.days_between(last_day, 'as_of_date') }}
                            / cast({{ run }} as double),
                            (select min({{ column }}) {{ known }})
                        ),
                        (select max({{ column }}) {{ known }})
                    )
            end,
            {{ last_value }}
        )
    {%- else -%}
        {{ column }}
    {%- endif -%}
{%- endmacro %}
