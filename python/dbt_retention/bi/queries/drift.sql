-- One row per feature of the champion, and one for the churn probability, the most changed first. Without the features
-- of the month: the latest as_of_date is in another month than the test date, whatever customers do.
with words as (

    select name, in_words from mart_feature_importance where subject = 'feature'

)

select
    drift.subject,
    drift.name,
    nullif(trim(regexp_extract(
        replace(replace(words.in_words, 'as_of_date', 'the decision date'), 'Share, 0 to 1, of', 'Share of'),
        '^(\([^)]*\)|[^.;(])+'
    )), '') as in_words,
    drift.population_stability_index,
    drift.drift_status,
    drift.reference_rows_count,
    drift.today_rows_count
from mart_drift as drift
left join words using (name)
where
    drift.subject <> 'feature'
    or (
        drift.name not in ('month_sine', 'month_cosine')
        and (words.name is not null or not exists (select 1 from words))
    )
order by drift.subject = 'feature', drift.population_stability_index desc, drift.name
