"""One row per segment of the champion segment model; trains it first where the policy says so."""

from dbt_retention.training.dbt_model import run_dbt_model
from dbt_retention.training.segments import no_segment_model, train_segments


def model(dbt, session):
    settings = dbt.config.get("settings")
    rows = dbt.ref("ml_segment_set")
    return run_dbt_model(
        train_segments, rows, session=session, settings=settings, if_refused=no_segment_model
    )
