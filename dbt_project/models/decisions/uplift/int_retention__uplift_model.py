"""One row per candidate of the uplift model and action, or one that says why there is none; trains first."""

from dbt_retention.training.dbt_model import run_dbt_model
from dbt_retention.training.uplift import train_uplift


def model(dbt, session):
    settings = dbt.config.get("settings")
    rows = dbt.ref("int_retention__uplift_set")
    return run_dbt_model(
        train_uplift, rows, session=session, settings=settings, key="campaign_id, customer_id"
    )
