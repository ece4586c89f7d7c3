-- One row per reason: how much worse the model predicts without its features, relative to the most important one.
select
    name,
    in_words,
    importance,
    greatest(importance, 0) / nullif(max(importance) over (), 0) as importance_share
from mart_feature_importance
where subject = 'reason'
order by importance_rank
