-- One row per feature, and one for the churn probability, the most changed first.
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
left join (select name, in_words from mart_feature_importance where subject = 'feature') as words using (name)
order by drift.subject = 'feature', drift.population_stability_index desc, drift.name
