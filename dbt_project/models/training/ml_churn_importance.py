"""One row per feature of the champion churn model, read from its card: how much it matters."""

from dbt_retention.training.dbt_model import run_dbt_model
from dbt_retention.training.versions import churn_importance


def model(dbt, session):
    return run_dbt_model(
        churn_importance, dbt.ref("ml_churn_model"), session=session, settings={}, key="candidate"
    )
