"""Every figure against a case that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from dbt_retention.evaluation import (
    best_f1_threshold,
    binary_metrics,
    expected_calibration_error,
    lift_at,
    with_intervals,
)


def test_lift_is_how_much_richer_the_top_is() -> None:
    scores = np.array([0.9, 0.8, 0.4, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1])
    churned = np.array([1.0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    assert lift_at(scores, churned, share=0.1) == pytest.approx(5)
    assert lift_at(scores, churned, share=0.2) == pytest.approx(2.5)
    assert lift_at(scores, churned, share=1.0) == pytest.approx(1)


def test_lift_does_not_depend_on_the_order_of_equal_scores() -> None:
    churned = np.array([1.0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    constant = np.full(10, 0.2)
    assert lift_at(constant, churned, share=0.1) == pytest.approx(1)
    assert lift_at(constant, churned[::-1], share=0.1) == pytest.approx(1)


def test_calibration_error_is_the_weighted_gap() -> None:
    labels = np.array([1.0, 0, 0, 0, 1, 1])
    scores = np.array([0.25, 0.25, 0.25, 0.25, 0.9, 1.0])
    assert expected_calibration_error(labels, scores) == pytest.approx((0 * 4 + 0.1) / 6)


def test_the_f1_threshold_separates_what_can_be_separated() -> None:
    threshold = best_f1_threshold(np.array([0.0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.7]))
    assert threshold == pytest.approx(0.6)
    metrics = binary_metrics(np.array([0.0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.7]), threshold=threshold)
    assert metrics["f1"] == metrics["accuracy"] == metrics["auc"] == 1


def test_intervals_hold_the_value_and_shrink_with_more_customers() -> None:
    rng = np.random.default_rng(0)

    def width(rows: int) -> float:
        scores = rng.random(rows)
        labels = (rng.random(rows) < scores).astype(float)
        auc = with_intervals(
            lambda truth, score: {"auc": binary_metrics(truth, score, threshold=0.5)["auc"]},
            labels,
            scores,
            draws=100,
        )["auc"]
        assert auc.lower <= auc.value <= auc.upper
        return auc.upper - auc.lower

    assert width(4000) < width(400) / 2
