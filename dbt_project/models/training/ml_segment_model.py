"""One row per segment of the champion segment model; trains it first where the policy says so."""

from dbt_retention.training.dbt_model import run_dbt_model
from dbt_retention.training.segments import no_segment_model, train_segments


def model(dbt, session):
    settings = {
        "training_policy": dbt.config.get("training_policy"),
        "orders_input": dbt.config.get("orders_input"),
        "segment_count": dbt.config.get("segment_count"),
        "segment_algorithm": dbt.config.get("segment_algorithm"),
    }
    rows = dbt.ref("ml_segment_set")
    return run_dbt_model(
        train_segments, rows, session=session, settings=settings, if_refused=no_segment_model
    )
