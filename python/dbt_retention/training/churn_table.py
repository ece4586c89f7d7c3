"""The rows of `ml_churn_model`: what the card of the champion says, as a table."""

from __future__ import annotations

from datetime import date

import pyarrow as pa

from dbt_retention.errors import ModelAlteredError
from dbt_retention.registry.card import Card

CHURN = "churn"
BEST_F1, BEST_PROFIT = "best_f1", "best_profit"
COLUMNS = pa.schema(
    {
        "model": pa.string(),
        "model_version": pa.string(),
        "candidate": pa.string(),
        "is_champion": pa.bool_(),
        "validation_log_loss": pa.float64(),
        "validation_auc": pa.float64(),
        "validation_average_precision": pa.float64(),
        "validation_brier": pa.float64(),
        "decision_threshold": pa.float64(),
        "profit_threshold": pa.float64(),
        "churn_horizon_days": pa.int64(),
        "first_training_date": pa.date32(),
        "last_training_date": pa.date32(),
        "test_date": pa.date32(),
        "training_rows_count": pa.int64(),
        "features_count": pa.int64(),
        "onnx_sha256": pa.string(),
        "uses_season": pa.bool_(),
        "season_note": pa.string(),
        "value_model_version": pa.string(),
        "not_trained_because": pa.string(),
    }
)


def churn_table(card: Card, *, refusal: str | None) -> pa.Table:
    """COLUMNS, one row per candidate of the model with this card.

    refusal: why no newer model was trained; None = this one was trained or kept as the policy says. Raises
    ModelAlteredError where the card is not the card of a churn model with both thresholds.
    """
    churn = card.churn
    if churn is None or card.threshold is None:
        raise ModelAlteredError(
            f"the card of {card.model} {card.version} is not the card of a churn model. Run: retention train"
        )
    if BEST_PROFIT not in card.decisions:
        raise ModelAlteredError(
            f"the card of {card.model} {card.version} has no threshold {BEST_PROFIT}, because an older "
            "version of the package trained the model. Run: retention train"
        )
    return pa.Table.from_pylist(
        [
            {
                "model": card.model,
                "model_version": card.version,
                "candidate": candidate.candidate,
                "is_champion": candidate.champion,
                "validation_log_loss": candidate.log_loss,
                "validation_auc": candidate.auc,
                "validation_average_precision": candidate.average_precision,
                "validation_brier": candidate.brier,
                "decision_threshold": card.threshold,
                "profit_threshold": card.decisions[BEST_PROFIT].threshold,
                "churn_horizon_days": churn.churn_horizon_days,
                "first_training_date": date.fromisoformat(churn.training_dates[0]),
                "last_training_date": date.fromisoformat(churn.training_dates[-1]),
                "test_date": date.fromisoformat(churn.test_date),
                "training_rows_count": churn.rows,
                "features_count": len(card.features),
                "onnx_sha256": card.onnx_sha256,
                "uses_season": churn.uses_season,
                "season_note": churn.season_note,
                "not_trained_because": refusal,
            }
            for candidate in card.candidates
        ],
        schema=COLUMNS,
    )


def no_churn_model(rows: pa.Table, reason: str) -> pa.Table:
    """COLUMNS, one row for the case that no model could be trained; not_trained_because holds `reason`."""
    return pa.Table.from_pylist(
        [{"model": CHURN, "is_champion": False, "not_trained_because": reason}], schema=COLUMNS
    )
