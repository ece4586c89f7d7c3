"""One row: the champion sentiment model; trains it first where the policy says so."""

from dbt_retention.training.dbt_model import run_dbt_model
from dbt_retention.training.sentiment import train_sentiment


def model(dbt, session):
    settings = {
        "training_policy": dbt.config.get("training_policy"),
        "orders_input": dbt.config.get("orders_input"),
        "reviews_input": dbt.config.get("reviews_input"),
        "low_rating": dbt.config.get("low_rating"),
        "high_rating": dbt.config.get("high_rating"),
        "sentiment_min_reviews": dbt.config.get("sentiment_min_reviews"),
    }
    rows = dbt.ref("int_retention__rated_reviews")
    return run_dbt_model(train_sentiment, rows, session=session, settings=settings, key="review_id")
