"""One row per candidate of the champion churn model; trains it first where the policy says so."""

from dbt_retention.training.churn_table import no_churn_model
from dbt_retention.training.dbt_model import run_dbt_model
from dbt_retention.training.value import train_churn_and_value


def model(dbt, session):
    settings = dbt.config.get("settings")
    rows = dbt.ref("ml_training_set")
    return run_dbt_model(
        train_churn_and_value, rows, session=session, settings=settings, if_refused=no_churn_model
    )
