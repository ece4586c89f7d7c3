"""Notebook functions predict only unseen rows, and name what is wrong with an input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from dbt_retention import cluster_customers, predict_client_churn
from dbt_retention.errors import RetentionError
from models import FEATURES, customers
from sklearn.metrics import roc_auc_score

LINEAR = ["logistic_regression"]


def test_probabilities_are_out_of_sample_and_carry_the_index() -> None:
    """Pure noise in twenty columns: a forest predicts only rows that it was trained on."""
    rng = np.random.default_rng(0)
    noise = pd.DataFrame(rng.normal(size=(600, 20)), index=[f"C{row}" for row in range(600)])
    labels = rng.random(600) < 0.4
    found = predict_client_churn(noise, labels, candidates=["random_forest"])
    assert list(found.index) == list(noise.index)
    assert 0.4 < roc_auc_score(labels, found) < 0.6
    matrix, churned = customers(1500)
    assert roc_auc_score(churned, predict_client_churn(matrix, churned)) > 0.75


def test_with_dates_only_closed_labels_are_trained_on() -> None:
    """In the last month the pattern is reversed: a model trained on any of it would show."""
    matrix, churned = customers(3000)
    dates = np.repeat(np.array(["2024-01-01", "2024-02-01", "2024-03-01"], dtype="datetime64[D]"), 1000)
    turned = np.where(dates == dates[-1], 1 - churned, churned)
    found = predict_client_churn(matrix, turned, dates=dates, horizon_days=28, candidates=LINEAR)
    assert found[:1000].isna().all()
    assert roc_auc_score(turned[1000:2000], found[1000:2000]) > 0.75
    assert roc_auc_score(turned[2000:], found[2000:]) < 0.25
    late = predict_client_churn(matrix, turned, dates=dates, horizon_days=40, candidates=LINEAR)
    assert late[:2000].isna().all(), "the first labels were still open on the second date"
    assert late[2000:].notna().all()


def test_a_customer_s_rows_stay_on_one_side() -> None:
    rng = np.random.default_rng(1)
    own = np.repeat(rng.normal(size=(150, 10)), 4, axis=0)
    labels = np.repeat(rng.random(150) < 0.5, 4)
    whose = np.repeat(np.arange(150), 4)
    forest = ["random_forest"]
    known = predict_client_churn(own, labels, candidates=forest)
    strange = predict_client_churn(own, labels, customers=whose, candidates=forest)
    assert roc_auc_score(labels, known) > 0.8
    assert roc_auc_score(labels, strange) < 0.65


def test_segments_are_ranked_and_robust_to_outliers() -> None:
    matrix, _ = customers(800)
    frame = pd.DataFrame(matrix, columns=FEATURES)
    frame.loc[3, FEATURES[1]] = np.nan
    segments = cluster_customers(frame, n_clusters=3)
    assert sorted(segments.unique()) == [1, 2, 3]
    means = frame.rank(pct=True).mean(axis=1).groupby(segments).mean()
    assert means.is_monotonic_decreasing
    shouted = frame.assign(**{FEATURES[2]: frame[FEATURES[2]] ** 3})
    assert (cluster_customers(shouted, n_clusters=3) == segments).all(), "only percentiles matter"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda X, y: predict_client_churn(X, y[:-1]), "y has 99 values for 100 rows of X"),
        (lambda X, y: predict_client_churn(X, y * 0), "both classes"),
        (lambda X, y: predict_client_churn(X, ["yes", "no"] * 50), "y has values that are not numeric"),
        (lambda X, y: predict_client_churn(X, [pd.NA, 1] * 50), "0 .stayed. or 1"),
        (lambda X, y: predict_client_churn(X, y, customers=["a"]), "customers has 1 values for 100 rows"),
        (lambda X, y: predict_client_churn(X, y, candidates=["oracle"]), "allowed are .*logistic_regression"),
        (lambda X, y: predict_client_churn(X, y, candidates=[]), "candidates is .*allowed are one or more"),
        (lambda X, y: predict_client_churn(X, y, folds=1), "folds is 1"),
        (lambda X, y: predict_client_churn(X, y, dates=["2024-01-01"] * 100), "can be predicted from older"),
        (lambda X, y: predict_client_churn(X, y, dates=["soon"] * 100), "cannot be converted to dates"),
        (lambda X, y: predict_client_churn(X, y, dates=["2024-01-01"]), "dates has 1 values for 100 rows"),
        (lambda X, y: predict_client_churn(pd.DataFrame({"city": ["x"] * 100}), y), "not numeric: city"),
        (lambda X, y: cluster_customers(X * 0), r"n_clusters is 4; expected 1 to 1"),
        (lambda X, y: cluster_customers(X[:0]), "X is empty"),
    ],
)
def test_wrong_inputs_raise_a_clear_error(call, words: str) -> None:
    with pytest.raises(RetentionError, match=words):
        call(*customers(100))
