"""Every metric equals a case calculated by hand."""

from __future__ import annotations

import numpy as np
import pytest
from dbt_retention.registry.card import ProfitAssumptions
from dbt_retention.training.metrics import (
    best_f1_threshold,
    best_profit_threshold,
    binary_metrics,
    decision,
    expected_calibration_error,
    expected_maximum_profit,
    lift_at,
    resampled_metrics,
    with_intervals,
)
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import f1_score


def test_lift_compares_the_top_share_with_the_average() -> None:
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


def test_the_f1_threshold_separates_separable_classes() -> None:
    threshold = best_f1_threshold(np.array([0.0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.7]))
    assert threshold == pytest.approx(0.6)
    metrics = binary_metrics(np.array([0.0, 0, 1, 1]), np.array([0.1, 0.2, 0.6, 0.7]), threshold=threshold)
    assert metrics["f1"] == metrics["accuracy"] == metrics["auc"] == 1


ASSUMED = ProfitAssumptions(
    customer_value=200, offer_value=10, contact_cost=1, save_rate_alpha=6, save_rate_beta=14
)


def test_the_profit_threshold_contacts_only_profitable_customers() -> None:
    """A churner earns .3 * 190 - 1 = 56, all others cost 11: the churn probability must exceed 11 / 67."""
    rng = np.random.default_rng(3)
    scores = rng.random(200_000) * 0.5
    labels = (rng.random(200_000) < scores).astype(float)
    found = best_profit_threshold(labels, scores, assumed=ASSUMED)
    assert found == pytest.approx(11 / 67, abs=0.02)
    taken = decision(labels, scores, threshold=found, assumed=ASSUMED)
    by_hand = (taken.true_positives * 56 - taken.false_positives * 11) / 200_000
    assert taken.profit_per_customer == pytest.approx(by_hand)
    all_called = decision(labels, scores, threshold=0.0, assumed=ASSUMED)
    assert all_called.false_negatives == all_called.true_negatives == 0
    assert all_called.profit_per_customer < taken.profit_per_customer


def test_without_a_profitable_contact_no_customer_is_contacted() -> None:
    labels, scores = np.array([0.0, 1, 0, 1]), np.array([0.1, 0.2, 0.3, 0.4])
    dear = ASSUMED.model_copy(update={"contact_cost": 500.0})
    assert best_profit_threshold(labels, scores, assumed=dear) == 1
    assert expected_maximum_profit(labels, scores, assumed=dear) == 0


def test_expected_maximum_profit_of_perfect_scores_is_the_mean_over_save_rates() -> None:
    """Perfect scores contact only churners, whatever the save rate: 25 % x (mean rate x 190 - 1)."""
    labels = np.array([0.0, 0, 0, 1] * 25)
    assert expected_maximum_profit(labels, labels, assumed=ASSUMED) == pytest.approx(0.25 * 56, rel=1e-3)
    useless = expected_maximum_profit(labels, np.full(100, 0.5), assumed=ASSUMED)
    rates = np.random.default_rng(0).beta(6, 14, 400_000)
    expected = np.maximum(0.25 * (rates * 190 - 1) - 0.75 * 11, 0).mean()
    assert useless == pytest.approx(expected, rel=0.01)


def test_intervals_contain_the_value_and_shrink_with_more_customers() -> None:
    rng = np.random.default_rng(0)

    def width(rows: int) -> float:
        scores = rng.random(rows)
        labels = (rng.random(rows) < scores).astype(float)
        auc = with_intervals(labels, scores, threshold=0.5, draws=100)["auc"]
        assert auc.lower <= auc.value <= auc.upper
        return auc.upper - auc.lower

    assert width(4000) < width(400) / 2


@given(st.integers(0, 2**32), st.sampled_from([0, 1, 2, 12]), st.sampled_from([0.0, 0.3, 0.5, 0.7, 1.0]))
def test_metrics_of_a_resample_equal_those_of_its_rows(seed: int, digits: int, threshold: float) -> None:
    """With 0 digits all scores are 0 or 1; with 12 all are distinct."""
    rng = np.random.default_rng(seed)
    scores = np.sort(np.round(rng.random(60), digits))[::-1]
    labels = (rng.random(60) < 0.4).astype(float)
    counts = np.bincount(rng.integers(0, 60, 60), minlength=60)
    assume(0 < counts @ labels < 60)
    sample = binary_metrics(np.repeat(labels, counts), np.repeat(scores, counts), threshold=threshold)
    assert resampled_metrics(labels, scores, counts, threshold=threshold) == pytest.approx(sample)


def test_a_decision_counts_customers_from_the_threshold_on() -> None:
    """Of three customers called, the threshold itself among them, two churn: 2 x 56 - 11."""
    labels = np.array([1.0, 1, 0, 1, 0, 0])
    scores = np.array([0.9, 0.5, 0.6, 0.4, 0.2, 0.1])
    found = decision(labels, scores, threshold=0.5, assumed=ASSUMED)
    assert (found.true_positives, found.false_positives) == (2, 1)
    assert (found.false_negatives, found.true_negatives) == (1, 2)
    assert found.threshold == 0.5
    assert found.profit_per_customer == pytest.approx((2 * 56 - 11) / 6)
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.precision == found.recall == found.f1 == pytest.approx(2 / 3)
    none = decision(labels, scores, threshold=1.0, assumed=ASSUMED)
    assert (none.precision, none.recall, none.f1) == (0, 0, 0)


def test_metrics_have_the_values_of_their_definitions() -> None:
    labels = np.array([1.0, 0, 1, 0])
    scores = np.array([0.8, 0.6, 0.55, 0.05])
    assert binary_metrics(labels, scores, threshold=0.55) == pytest.approx(
        {
            "accuracy": 3 / 4,
            "precision": 2 / 3,
            "recall": 1,
            "f1": 4 / 5,
            "auc": 3 / 4,
            "average_precision": (1 + 2 / 3) / 2,
            "brier": (0.2**2 + 0.6**2 + 0.45**2 + 0.05**2) / 4,
            "expected_calibration_error": (0.2 + 0.6 + 0.45 + 0.05) / 4,
            "lift_at_10_percent": 2,
        }
    )


def test_the_best_thresholds_are_scores() -> None:
    labels = np.array([1.0, 0, 1, 0, 0])
    scores = np.array([0.8, 0.6, 0.55, 0.3, 0.1])
    assert best_f1_threshold(labels, scores) == 0.55
    assert best_profit_threshold(labels, scores, assumed=ASSUMED) == 0.55
    few_churners = np.array([1.0, 0, 0, 0, 0, 0, 0, 0, 1])
    falling = np.linspace(0.9, 0.1, 9)
    assert best_profit_threshold(few_churners, falling, assumed=ASSUMED) == 0.9
    breaking_even = ProfitAssumptions(
        customer_value=40, offer_value=0, contact_cost=20, save_rate_alpha=1, save_rate_beta=1
    )
    assert best_profit_threshold(labels, scores, assumed=breaking_even) == 1, "a profit of 0 is no reason"
    barely = breaking_even.model_copy(update={"customer_value": 41.0})
    assert best_profit_threshold(labels, scores, assumed=barely) == 0.8, "a profit of 0.5 is"


@pytest.mark.parametrize("churn_rate", [0.05, 0.3, 0.9])
@pytest.mark.parametrize("seed", range(5))
def test_no_score_is_a_better_threshold_by_f1(churn_rate: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = np.append(1.0, rng.random(59) < churn_rate)
    scores = np.clip(rng.normal(0.3 + 0.2 * labels, 0.2), 0, 1)
    f1 = {score: f1_score(labels, scores >= score) for score in scores}
    assert f1[best_f1_threshold(labels, scores)] == max(f1.values())
    lowest_churns = np.array([1.0, 1, 1, 0, 1])
    assert best_f1_threshold(lowest_churns, np.array([0.9, 0.8, 0.7, 0.6, 0.5])) == 0.5


def test_intervals_are_percentiles_over_resamples_of_customers() -> None:
    """Of few rows some samples hold one class alone; they are drawn again."""
    rng = np.random.default_rng(11)
    labels, scores = (rng.random(12) < 0.2).astype(float), rng.random(12)
    found = with_intervals(labels, scores, threshold=0.4)
    order = np.argsort(-scores)
    dice, drawn = np.random.default_rng(7), []
    while len(drawn) < 200:
        taken = order[dice.integers(0, 12, 12)]
        if 0 < labels[taken].sum() < 12:
            drawn.append(binary_metrics(labels[taken], scores[taken], threshold=0.4))
    for name, value in binary_metrics(labels, scores, threshold=0.4).items():
        lower, upper = np.percentile([draw[name] for draw in drawn], [2.5, 97.5])
        assert (found[name].value, found[name].lower, found[name].upper) == pytest.approx(
            (value, lower, upper)
        )
