{# Query: whether the season is used, and why. One row: is_used, compared_dates_count, note.

   On each training date with an expected index, the log loss of usual_share and of usual_share **
   expected_index are compared. With churn_prior_shift auto, the second must be lower in the mean over these
   dates by more than the standard error of the mean. The training dates and the latest as_of_date must
   have an index. bands, history_days: as season_bands. expected: the columns of int_retention__season. #}
{% macro season_verdict(bands, expected, history_days) -%}
    {% set shift = retention.setting('churn_prior_shift') %}
    {% set definition = retention.setting('churn_definition') %}
    {% set least_dates = 3 if shift == 'auto' else 1 %}
    {% set shifted = 'power(bands.usual_share, expected.expected_index)' %}
    {# No share is 0 or 1, so that its log is finite. #}
    {% set shifted = 'greatest(least(' ~ shifted ~ ', 0.999999999), 0.000000001)' %}
    {% set text = dbt.type_string() %}

    with by_date as (

        select
            bands.as_of_date,
            {% for name, share in {'without': 'bands.usual_share', 'with': shifted}.items() %}
                {{ exact_sum(
                    '-bands.absent_count * ln(' ~ share ~ ')'
                    ~ ' - (bands.customers_count - bands.absent_count) * ln(1 - ' ~ share ~ ')',
                    scale=9, digits=38
                ) }} / sum(bands.customers_count) as loss_{{ name }}{{ ',' if not loop.last }}
            {% endfor %}
        from {{ bands }} as bands
        inner join {{ expected }} as expected on bands.as_of_date = expected.as_of_date
        where
            expected.split = 'train'
            and expected.expected_index is not null
        group by bands.as_of_date

    ),

    compared as (

        select
            count(*) as dates_count,
            round(avg(loss_without), 6) as loss_without,
            round(avg(loss_with), 6) as loss_with,
            avg(loss_without - loss_with) as log_loss_gain,
            stddev_samp(loss_without - loss_with) / sqrt(count(*)) as standard_error
        from by_date

    ),

    measured as (

        select
            count(*) filter (where split = 'train' and season_index is null) = 0
            and count(*) filter (where split = 'score' and expected_index is null) = 0 as is_measured
        from {{ expected }}

    ),

    judged as (

        select
            compared.dates_count,
            coalesce(round(compared.log_loss_gain, 9), 0) > coalesce(round(compared.standard_error, 9), 0)
                as is_lower,
            case
                {% if shift == 'none' %}
                    when true then 'The var churn_prior_shift is none.'
                {% elif definition != 'fixed_horizon' %}
                    when true then 'Not used with the churn definition {{ definition }}.'
                {% endif %}
                when compared.dates_count = 0 or not measured.is_measured
                    then
                        'No second year: it needs the label window 364 days before, and '
                        || '{{ history_days }} days of orders before that, for training dates and for the '
                        || 'latest as_of_date.'
                when compared.dates_count < {{ least_dates }}
                    then
                        'Too few training dates with a label window 364 days before: '
                        || cast(compared.dates_count as {{ text }}) || ', at least {{ least_dates }} needed.'
            end as refusal,
            cast(round(compared.loss_without, 4) as {{ text }}) || ' without, '
            || cast(round(compared.loss_with, 4) as {{ text }}) || ' with.' as figures
        from compared
        cross join measured

    )

    select
        cast(dates_count as integer) as compared_dates_count,
        refusal is null{{ ' and is_lower' if shift == 'auto' }} as is_used,
        coalesce(
            refusal,
            'On ' || cast(dates_count as {{ text }}) || ' past dates, the season of the year before '
            || case when is_lower then 'lowers' else 'does not clearly lower' end
            || ' the log loss: ' || figures
        ) as note
    from judged
{%- endmacro %}
