"""When to train anew: what the training policy `auto` goes by, and in which words it says so."""

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
    """The vars retrain_*: beyond these the champion is trained anew."""

    drifted_share: float
    auc_drop: float
    calibration_error: float


@dataclass(frozen=True)
class Evidence:
    """What speaks for or against the champion today.

    churned, scores: the truth and the champion's probabilities on the newest date whose answers are known,
    shape (rows,).
    """

    newest_training_date: date
    drifted_features: int
    features: int
    test_date: date
    churned: Floats
    scores: Floats


def why_retrain(card: Card, evidence: Evidence, limits: Limits) -> str | None:
    """Why the champion is to be trained anew, in words; None = it stays.

    It stays in any case while no training date is newer than what it learned from: the same rows would teach
    the same again, so the same evidence never trains twice. Decay has to leave the champion's own 95 %
    interval too, so that the luck of one date does not pass for it.
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
    told = card.test_metrics
    if 0 < evidence.churned.mean() < 1 and {"auc", "expected_calibration_error"} <= told.keys():
        now = binary_metrics(evidence.churned, evidence.scores, threshold=card.threshold or 0.5)
        on_date = f"on {evidence.test_date.isoformat()}"
        lowest = min(told["auc"].value - limits.auc_drop, told["auc"].lower)
        if now["auc"] < lowest:
            reasons.append(f"the AUC {on_date} is {now['auc']:.4f}, below {lowest:.4f}")
        highest = max(limits.calibration_error, told["expected_calibration_error"].upper)
        if now["expected_calibration_error"] > highest:
            reasons.append(
                f"the calibration error {on_date} is {now['expected_calibration_error']:.4f}, "
                f"above {highest:.4f}"
            )
    return "; ".join(reasons) or None
