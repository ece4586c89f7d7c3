"""One row per published version of the churn model, read from its card."""

from dbt_retention.training.dbt_model import run_dbt_model
from dbt_retention.training.versions import churn_versions


def model(dbt, session):
    return run_dbt_model(
        churn_versions, dbt.ref("ml_churn_model"), session=session, settings={}, key="candidate"
    )
