{# Query: the population stability index (PSI) of each subject and name: how far the rows of the latest
   as_of_date have moved from the reference rows. Bins: tenths of the reference rows, and nulls.

   figures: subject, name, side (reference or today), figure. #}
{% macro population_drift(figures) -%}
    {% set thresholds = retention.setting('drift_thresholds') %}
    {% set least_share = 0.0001 %}
    {% set today = 'greatest(today_share, ' ~ least_share ~ ')' %}
    {% set reference = 'greatest(reference_share, ' ~ least_share ~ ')' %}
    {% set moved = '(' ~ today ~ ' - ' ~ reference ~ ') * ln(' ~ today ~ ' / ' ~ reference ~ ')' %}

    with tenths as (

        select
            subject,
            name,
            figure,
            ntile(10) over (
                partition by subject, name
                order by figure
            ) as tenth
        from {{ figures }} as figures
        where
            side = 'reference'
            and figure is not null

    ),

    edges as (

        select
            {% for tenth in range(1, 10) %}
                max(case when tenth <= {{ tenth }} then figure end) as edge_{{ tenth }},
            {% endfor %}
            subject,
            name
        from tenths
        group by subject, name

    ),

    binned as (

        select
            figures.subject,
            figures.name,
            figures.side,
            case when figures.figure is null then -1 else 0 end
            {% for tenth in range(1, 10) %}
                + case when figures.figure > edges.edge_{{ tenth }} then 1 else 0 end
            {% endfor %}
                as bin
        from {{ figures }} as figures
        left join edges
            on
                figures.subject = edges.subject
                and figures.name = edges.name

    ),

    counts as (

        select
            subject,
            name,
            bin,
            cast(count(*) filter (where side = 'reference') as double) as reference_count,
            cast(count(*) filter (where side = 'today') as double) as today_count
        from binned
        group by subject, name, bin

    ),

    shares as (

        select
            subject,
            name,
            bin,
            reference_count,
            today_count,
            reference_count / nullif(sum(reference_count) over (partition by subject, name), 0)
                as reference_share,
            today_count / nullif(sum(today_count) over (partition by subject, name), 0) as today_share
        from counts

    ),

    measured as (

        select
            subject,
            name,
            cast(sum(reference_count) as integer) as reference_rows_count,
            cast(sum(today_count) as integer) as today_rows_count,
            round(coalesce(max(case when bin = -1 then reference_share end), 0), 4) as reference_null_share,
            round(coalesce(max(case when bin = -1 then today_share end), 0), 4) as today_null_share,
            round({{ exact_sum(moved, scale=9) }}, 4) as population_stability_index
        from shares
        where
            reference_share is not null
            and today_share is not null
        group by subject, name

    ),

    drift as (

        select
            subject,
            name,
            population_stability_index,
            case
                when population_stability_index < {{ thresholds.moved }} then 'stable'
                when population_stability_index < {{ thresholds.drifted }} then 'moved'
                else 'drifted'
            end as drift_status,
            reference_null_share,
            today_null_share,
            reference_rows_count,
            today_rows_count
        from measured

    )

    select * from drift
{%- endmacro %}
