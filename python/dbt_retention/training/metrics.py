"""Metrics of churn scores, each defined once. The marts compute the same ones in SQL.

The command `retention evaluate` is in `commands/evaluate.py`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import beta
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
)

from dbt_retention.arrays import Floats, Ints
from dbt_retention.registry.card import Decision, Interval, ProfitAssumptions

ECE_BINS = 10
LIFT_SHARE = 0.1
SAVE_RATE_DRAWS = 200


def binary_metrics(labels: Floats, scores: Floats, *, threshold: float) -> dict[str, float]:
    """The metrics of `mart_model_performance`, by name.

    labels: 0 or 1, shape (rows,), both must occur. scores: 0 to 1, shape (rows,). threshold: scores from it
    on are predicted as churn.
    """
    predicted = scores >= threshold
    return {
        "accuracy": float(accuracy_score(labels, predicted)),
        "precision": float(precision_score(labels, predicted, zero_division=0.0)),
        "recall": float(recall_score(labels, predicted)),
        "f1": float(f1_score(labels, predicted)),
        "auc": float(roc_auc_score(labels, scores)),
        "average_precision": float(average_precision_score(labels, scores)),
        "brier": float(brier_score_loss(labels, scores)),
        "expected_calibration_error": expected_calibration_error(labels, scores),
        "lift_at_10_percent": lift_at(scores, labels, share=LIFT_SHARE),
    }


def expected_calibration_error(labels: Floats, scores: Floats, *, bins: int = ECE_BINS) -> float:
    """Mean absolute difference of score and churn rate over `bins` equal-width bins, weighted by rows.

    labels: 0 or 1; scores: 0 to 1; both of shape (rows,).
    Source: Naeini, Cooper, Hauskrecht (2015), Obtaining Well Calibrated Probabilities.
    """
    which = np.minimum((scores * bins).astype(int), bins - 1)
    churned = np.bincount(which, labels, bins)
    expected = np.bincount(which, scores, bins)
    return float(np.abs(churned - expected).sum() / len(labels))


def lift_at(scores: Floats, churned: Floats, *, share: float) -> float:
    """Churn rate among the highest `share` of the scores, divided by the overall churn rate.

    scores, churned: shape (rows,). share: above 0, up to 1. Rows with the same score as the last of the top
    share count proportionally, so that the result does not depend on the order of the rows.
    """
    size = max(1, round(share * len(scores)))
    cut = np.sort(scores)[-size]
    above, at_cut = scores > cut, scores == cut
    part = (size - above.sum()) / at_cut.sum()
    return float((churned[above].sum() + part * churned[at_cut].sum()) / size / churned.mean())


def best_f1_threshold(labels: Floats, scores: Floats) -> float:
    """The threshold with the highest F1. labels, scores: shape (rows,)."""
    precision, recall, thresholds = precision_recall_curve(labels, scores)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    return float(thresholds[int(np.argmax(f1[:-1]))])


def best_profit_threshold(labels: Floats, scores: Floats, *, assumed: ProfitAssumptions) -> float:
    """The threshold with the highest profit of contacting; 1 where any contact loses money.

    Contacting a churner earns g (V - d) - f, contacting another customer -(d + f), with the mean save rate g,
    the customer value V, the offer d and the contact cost f. labels, scores: shape (rows,). Source:
    Verbraken, Verbeke & Baesens (2013), eq. 5.
    """
    cuts, churners, stayers = _counts_by_threshold(labels, scores)
    profits = _profit(churners, stayers, save_rate=np.array([assumed.save_rate]), assumed=assumed)[0]
    best = int(np.argmax(profits))
    return float(cuts[best]) if profits[best] > 0 else 1.0


def expected_maximum_profit(labels: Floats, scores: Floats, *, assumed: ProfitAssumptions) -> float:
    """EMPC: profit per customer of contacting the best share, averaged over the unknown save rate.

    labels, scores: shape (rows,). The Beta distribution of the save rate is evaluated at the midpoints of 200
    intervals of equal probability. Source: Verbraken, Verbeke & Baesens (2013), eq. 11.
    """
    _, churners, stayers = _counts_by_threshold(labels, scores)
    midpoints = (np.arange(SAVE_RATE_DRAWS) + 0.5) / SAVE_RATE_DRAWS
    rates = beta.ppf(midpoints, assumed.save_rate_alpha, assumed.save_rate_beta)
    best = [
        max(_profit(churners, stayers, save_rate=np.array([rate]), assumed=assumed).max(), 0.0)
        for rate in rates
    ]
    return float(np.mean(best) / len(labels))


def decision(labels: Floats, scores: Floats, *, threshold: float, assumed: ProfitAssumptions) -> Decision:
    """Confusion matrix and profit of contacting the customers with a score of at least `threshold`."""
    predicted = scores >= threshold
    (true_negatives, false_positives), (false_negatives, true_positives) = confusion_matrix(
        labels, predicted, labels=[0, 1]
    )
    profit = _profit(
        true_positives, false_positives, save_rate=np.array([assumed.save_rate]), assumed=assumed
    )
    metrics = binary_metrics(labels, scores, threshold=threshold)
    return Decision(
        threshold=threshold,
        true_positives=int(true_positives),
        false_positives=int(false_positives),
        false_negatives=int(false_negatives),
        true_negatives=int(true_negatives),
        profit_per_customer=float(profit.item() / len(labels)),
        **{name: metrics[name] for name in ("accuracy", "precision", "recall", "f1")},
    )


def _counts_by_threshold(labels: Floats, scores: Floats) -> tuple[Floats, Floats, Floats]:
    """The distinct scores, descending, and the numbers of churners and stayers at or above each."""
    cuts, which = np.unique(-scores, return_inverse=True)
    churners: Floats = np.cumsum(np.bincount(which, labels))
    stayers: Floats = np.cumsum(np.bincount(which, 1 - labels))
    return -cuts, churners, stayers


def _profit(churners: Any, stayers: Any, *, save_rate: Floats, assumed: ProfitAssumptions) -> Floats:
    """Profit of contacting these churners and stayers, shape (save rates, thresholds)."""
    kept = save_rate[:, None] * (assumed.customer_value - assumed.offer_value) - assumed.contact_cost
    lost = assumed.offer_value + assumed.contact_cost
    return np.asarray(kept * np.atleast_1d(churners) - lost * np.atleast_1d(stayers))


def with_intervals(
    labels: Floats, scores: Floats, *, threshold: float, draws: int = 200, seed: int = 7
) -> dict[str, Interval]:
    """`binary_metrics` with 95 % percentile intervals of a bootstrap over customers.

    labels, scores: shape (rows,), one row per customer. Samples without both classes are drawn again.
    Source: Efron & Tibshirani (1993), An Introduction to the Bootstrap, ch. 13.
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(-scores)
    ranked_labels, ranked_scores = labels[order], scores[order]
    drawn: list[dict[str, float]] = []
    while len(drawn) < draws:
        counts = np.bincount(rng.integers(0, len(labels), len(labels)), minlength=len(labels))
        if 0 < counts @ ranked_labels < len(labels):
            drawn.append(resampled_metrics(ranked_labels, ranked_scores, counts, threshold=threshold))
    bounds = {name: np.percentile([draw[name] for draw in drawn], [2.5, 97.5]) for name in drawn[0]}
    return {
        name: Interval(value=value, lower=float(bounds[name][0]), upper=float(bounds[name][1]))
        for name, value in binary_metrics(labels, scores, threshold=threshold).items()
    }


def resampled_metrics(labels: Floats, scores: Floats, counts: Ints, *, threshold: float) -> dict[str, float]:
    """`binary_metrics` of a sample that holds row i `counts[i]` times, without sorting the sample.

    labels, scores, counts: shape (rows,), by descending score. A bootstrap calls it hundreds of times.
    """
    churned, rows = counts * labels, counts.sum()
    ends = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)  # the last row of each distinct score
    taken, hits = np.cumsum(counts)[ends], np.cumsum(churned)[ends]
    misses, churners = taken - hits, hits[-1]
    above = np.searchsorted(-scores[ends], -threshold, side="right")  # distinct scores from the threshold on
    true, false = (hits[above - 1], misses[above - 1]) if above else (0.0, 0.0)
    precision = hits / np.maximum(taken, 1)
    size = max(1, round(LIFT_SHARE * rows))
    group = np.diff(taken, prepend=0)  # rows of each distinct score
    share = np.clip((size - taken + group) / np.maximum(group, 1), 0, 1)
    bins = np.minimum((scores * ECE_BINS).astype(int), ECE_BINS - 1)
    gaps = np.bincount(bins, churned, ECE_BINS) - np.bincount(bins, counts * scores, ECE_BINS)
    return {
        "accuracy": float((true + rows - churners - false) / rows),
        "precision": float(true / (true + false)) if true + false else 0.0,
        "recall": float(true / churners),
        "f1": float(2 * true / (true + false + churners)),
        "auc": float(np.trapezoid(np.append(0, hits), np.append(0, misses)) / churners / misses[-1]),
        "average_precision": float(precision @ np.diff(hits, prepend=0) / churners),
        "brier": float(counts @ (labels - scores) ** 2 / rows),
        "expected_calibration_error": float(np.abs(gaps).sum() / rows),
        "lift_at_10_percent": float(share @ np.diff(hits, prepend=0) / size / churners * rows),
    }
