"""Contributions are additive, exact for a linear model, and zero for groups without influence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shap
from dbt_retention.errors import RetentionError
from dbt_retention.registry.explain import group_contributions
from dbt_retention.registry.scoring import LoadedModel, load
from dbt_retention.registry.store import Registry
from models import FEATURES, blend_of, card_and_onnx, customers
from scipy.special import logit


def model_of(folder: Path, *names: str) -> LoadedModel:
    return load(Registry(folder).publish(*card_and_onnx(blend_of(*names))))


@pytest.mark.parametrize("names", [("gradient_boosting",), ("logistic_regression", "gradient_boosting")])
def test_contributions_add_up_to_the_log_odds(tmp_path: Path, names: tuple[str, ...]) -> None:
    model = model_of(tmp_path, *names)
    matrix, _ = customers(300, seed=6)
    contributions = group_contributions(model, matrix, [[FEATURES[0]], [FEATURES[1], FEATURES[2]]])
    median = np.array([model.card.feature_medians], dtype=np.float32)
    expected = logit(model.probabilities(matrix)) - logit(model.probabilities(median))
    np.testing.assert_allclose(contributions.sum(axis=1), expected, atol=1e-3)
    np.testing.assert_allclose(contributions[:, -1], 0, atol=1e-12, err_msg="no feature is without a group")


def test_contributions_are_exact_for_a_linear_model(tmp_path: Path) -> None:
    model = model_of(tmp_path, "logistic_regression")
    blend = blend_of("logistic_regression")
    pipeline = blend.members["logistic_regression"]
    matrix, _ = customers(100, seed=7)
    median = np.array([model.card.feature_medians], dtype=np.float32)
    effect = pipeline[:-1].transform(matrix) - pipeline[:-1].transform(median)
    expected = blend.calibration.slope * effect * pipeline[-1].coef_[0]
    found = group_contributions(model, matrix, [[name] for name in FEATURES])
    np.testing.assert_allclose(found[:, :3], expected, atol=1e-3)


@pytest.mark.parametrize("trees", ["gradient_boosting", "lightgbm"])
def test_contributions_equal_shap(tmp_path: Path, trees: str) -> None:
    """Linear and tree SHAP against the median customer, averaged, times the slope of the calibration."""
    names = ("logistic_regression", trees)
    model, blend = model_of(tmp_path, *names), blend_of(*names)
    matrix, _ = customers(100, seed=9)
    median = np.array([model.card.feature_medians], dtype=np.float32)
    linear = blend.members["logistic_regression"]
    by_shap = [
        shap.LinearExplainer(linear[-1], linear[:-1].transform(median)).shap_values(
            linear[:-1].transform(matrix)
        ),
        shap.TreeExplainer(blend.members[trees], median, feature_perturbation="interventional").shap_values(
            matrix, check_additivity=False
        ),
    ]
    found = group_contributions(model, matrix, [[name] for name in FEATURES])
    np.testing.assert_allclose(found[:, :3], blend.calibration.slope * np.mean(by_shap, axis=0), atol=1e-3)


def test_orderings_are_additive_and_exact_for_two_interacting_groups(tmp_path: Path) -> None:
    model = model_of(tmp_path, "logistic_regression")  # calibrated log-odds: no interaction between features
    matrix, _ = customers(50, seed=8)
    groups = [[name] for name in FEATURES]
    found = group_contributions(model, matrix, groups, orderings=1)
    np.testing.assert_allclose(found, group_contributions(model, matrix, groups), atol=1e-3)

    trees = model_of(tmp_path, "gradient_boosting")  # three groups and a last one: more than two interact
    exact = group_contributions(trees, matrix, groups)
    errors = [
        np.abs(group_contributions(trees, matrix, groups, orderings=orderings) - exact).mean()
        for orderings in (1, 50)
    ]
    assert errors[1] < max(errors[0], 1e-6)
    assert errors[0] < 0.2 * np.abs(exact).mean()
    np.testing.assert_allclose(
        group_contributions(trees, matrix, groups, orderings=1).sum(axis=1), exact.sum(axis=1), atol=1e-9
    )


def test_zero_orderings_raise_a_clear_error(tmp_path: Path) -> None:
    model = model_of(tmp_path, "logistic_regression")
    with pytest.raises(RetentionError, match="reasons_orderings is 0; expected 1 or more"):
        group_contributions(model, customers(5)[0], [[FEATURES[0]]], orderings=0)


def test_features_without_a_group_go_to_the_last_column(tmp_path: Path) -> None:
    model = model_of(tmp_path, "logistic_regression")
    matrix, _ = customers(50, seed=8)
    found = group_contributions(model, matrix, [["unknown_feature"], [FEATURES[0]]])
    assert found.shape == (50, 3)
    np.testing.assert_allclose(found[:, 0], 0, atol=1e-12)
    assert np.abs(found[:, 2]).max() > 0.01


def test_too_many_groups_raise_a_clear_error(tmp_path: Path) -> None:
    model = model_of(tmp_path, "logistic_regression")
    with pytest.raises(RetentionError, match="11 groups of reasons; at most 9"):
        group_contributions(model, customers(5)[0], [[str(number)] for number in range(11)])
