"""One row: the champion sentiment model; trains it first where the policy says so."""

from dbt_retention.training.dbt_model import run_dbt_model
from dbt_retention.training.sentiment import train_sentiment


def model(dbt, session):
    settings = dbt.config.get("settings")
    rows = dbt.ref("int_retention__rated_reviews")
    return run_dbt_model(train_sentiment, rows, session=session, settings=settings, key="review_id")
