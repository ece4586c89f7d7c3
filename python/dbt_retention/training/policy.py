"""The training policy `auto`: when the champion is replaced, and the reason as text for the card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dbt_retention.arrays import Floats
from dbt_retention.registry.card import Card
from dbt_retention.training.metrics import binary_metrics

ALWAYS = "training_policy is always"
NO_CHAMPION = "there was no champion"
NO_FIT = "the champion no longer fitted the features, the labels or the vars"


@dataclass(frozen=True)
class Limits:
    """The limits of the vars retrain_*; beyond one of them a new model is trained."""

    drifted_share: float
    auc_drop: float
    calibration_error: float


@dataclass(frozen=True)
class Evidence:
    """What decides whether the champion is kept.

    churned, scores: labels and the champion's probabilities on the newest date with known labels, shape
    (rows,).
    """

    newest_training_date: date
    drifted_features: int
    features: int
    test_date: date
    churned: Floats
    scores: Floats


def why_retrain(card: Card, evidence: Evidence, limits: Limits) -> str | None:
    """The reason to train a new model, as text; None = the champion is kept.

    Without a training date newer than the champion's, it is kept, because the same rows would give the same
    model. A metric must also leave the champion's own 95 % interval, so that chance on one date is not taken
    for decay.
    """
    churn = card.churn
    if churn is None or evidence.newest_training_date <= date.fromisoformat(churn.training_dates[-1]):
        return None
    reasons = []
    share = evidence.drifted_features / max(evidence.features, 1)
    if share >= limits.drifted_share:
        reasons.append(
            f"{evidence.drifted_features} of {evidence.features} features have drifted "
            f"({share:.0%}; {limits.drifted_share:.0%} is the limit)"
        )
    tested = card.test_metrics
    if 0 < evidence.churned.mean() < 1 and {"auc", "expected_calibration_error"} <= tested.keys():
        now = binary_metrics(evidence.churned, evidence.scores, threshold=card.threshold or 0.5)
        on_date = f"on {evidence.test_date.isoformat()}"
        lowest = min(tested["auc"].value - limits.auc_drop, tested["auc"].lower)
        if now["auc"] < lowest:
            reasons.append(f"the AUC {on_date} is {now['auc']:.4f}, below {lowest:.4f}")
        highest = max(limits.calibration_error, tested["expected_calibration_error"].upper)
        if now["expected_calibration_error"] > highest:
            reasons.append(
                f"the calibration error {on_date} is {now['expected_calibration_error']:.4f}, "
                f"above {highest:.4f}"
            )
    return "; ".join(reasons) or None
