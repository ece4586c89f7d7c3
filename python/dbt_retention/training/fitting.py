"""How a candidate is fitted: weights, chosen features, components, imputed copies, and the grids to try.

Everything is decided on the rows handed in: what a fold validates on, and the test date, decide nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.special import expit
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_iterative_imputer  # noqa: F401  (IterativeImputer needs it)
from sklearn.impute import IterativeImputer, SimpleImputer
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import Pipeline
from sklearn.utils.class_weight import compute_sample_weight

from dbt_retention.arrays import Floats, Matrix
from dbt_retention.training.blend import mean_log_odds
from dbt_retention.training.candidates import (
    CANDIDATES,
    RANDOM_STATE,
    ChosenFeatures,
    Selection,
    without_empty,
)

NEIGHBOURS_TO_IMPUTE_FROM = 10

# What churn_tuning tries for each candidate: little, for a handful of dates tells little apart.
GRIDS: dict[str, dict[str, list[Any]]] = {
    "logistic_regression": {"logisticregression__C": [0.005, 0.02, 0.1]},
    "decision_tree": {"decisiontreeclassifier__max_leaf_nodes": [8, 16, 32]},
    "random_forest": {"randomforestclassifier__min_samples_leaf": [5, 10, 30]},
    "extra_trees": {"extratreesclassifier__min_samples_leaf": [10, 30, 100]},
    "gradient_boosting": {"max_iter": [150, 300, 450]},
    "lightgbm": {"n_estimators": [150, 300, 450]},
    "xgboost": {"n_estimators": [150, 300, 450]},
    "support_vector_linear": {"calibratedclassifiercv__estimator__C": [0.0005, 0.002, 0.01]},
    "support_vector_rbf": {"calibratedclassifiercv__estimator__C": [0.005, 0.02, 0.1]},
    "neural_network": {"mlpclassifier__alpha": [1.0, 3.0, 10.0]},
}


@dataclass(frozen=True)
class Fitting:
    """The vars that say how every candidate is fitted; the defaults change nothing."""

    class_weights: Literal["none", "balanced"] = "none"
    feature_selection: Selection = "none"
    pca_variance: float | None = None
    imputations: int = 1


def fit_candidate(fresh: Callable[[], Any], matrix: Matrix, churned: Floats, *, how: Fitting) -> list[Any]:
    """The candidate fitted on these rows: one estimator, or one per imputed copy of them.

    matrix: shape (rows, features), NaN = null; churned: shape (rows,), 0 or 1.
    """
    known = without_empty(matrix)
    if how.imputations == 1:
        return [_fitted(fresh(), known, churned, how=how)]
    return [
        _fitted_on_imputed(fresh(), known, churned, how=how, seed=seed) for seed in range(how.imputations)
    ]


def probabilities(fitted: list[Any], matrix: Matrix) -> Floats:
    """What the estimators of `fit_candidate` say, shape (rows,): the mean of their log-odds, back to 0..1."""
    return np.asarray(expit(mean_log_odds([one.predict_proba(matrix)[:, 1] for one in fitted])))


def variants(names: list[str], *, tuning: bool) -> Iterator[tuple[str, dict[str, Any], Callable[[], Any]]]:
    """(candidate, its settings, how to make a fresh one): one each, or the whole grid where `tuning`."""
    for name in names:
        for settings in ParameterGrid(GRIDS[name]) if tuning else [{}]:
            yield name, dict(settings), _maker(CANDIDATES[name], settings)


def _maker(candidate: Callable[[], Any], settings: Mapping[str, Any]) -> Callable[[], Any]:
    return lambda: candidate().set_params(**settings)


def _fitted(estimator: Any, matrix: Matrix, churned: Floats, *, how: Fitting) -> Any:
    if how.pca_variance and isinstance(estimator, Pipeline) and "standardscaler" in estimator.named_steps:
        at = list(estimator.named_steps).index("simpleimputer") + 1
        estimator.steps.insert(at, ("pca", PCA(how.pca_variance, svd_solver="full")))
    if how.feature_selection == "none":
        return _weighted(estimator, matrix, churned, how=how)
    chosen = ChosenFeatures(how.feature_selection).fit(matrix, churned)
    fitted = _weighted(estimator, chosen.transform(matrix), churned, how=how)
    return Pipeline([("chosen", chosen), ("estimator", fitted)])


def _weighted(estimator: Any, matrix: Matrix, churned: Floats, *, how: Fitting) -> Any:
    name, last = estimator.steps[-1] if isinstance(estimator, Pipeline) else ("", estimator)
    weights = {}
    if how.class_weights == "balanced":
        prefix = f"{name}__" if name else ""
        weights = {f"{prefix}sample_weight": compute_sample_weight("balanced", churned)}
    is_forest = isinstance(last, ExtraTreesClassifier | RandomForestClassifier)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the network's epochs are fixed on purpose
        if is_forest:  # trees grow on all cores, each from a seed of its own
            last.set_params(n_jobs=-1)
        fitted = estimator.fit(matrix, churned, **weights)
        if is_forest:  # but are asked one by one: in another order their sum would have another last digit
            last.set_params(n_jobs=None)
    return fitted


def _fitted_on_imputed(estimator: Any, matrix: Matrix, churned: Floats, *, how: Fitting, seed: int) -> Any:
    """One of several models, each on nulls drawn anew from what the other features leave open.

    A null to be scored takes the mean of that model's own imputed column.
    Source: Rubin (1987), Multiple Imputation for Nonresponse; van Buuren (2018), ch. 4.
    """
    lowest, highest = np.nanmin(matrix, axis=0), np.nanmax(matrix, axis=0)
    varies = highest > lowest  # the imputer wants room between the bounds
    imputed = np.where(np.isnan(matrix), lowest, matrix)
    if np.isnan(matrix[:, varies]).any():
        imputer = IterativeImputer(
            sample_posterior=True,
            n_nearest_features=NEIGHBOURS_TO_IMPUTE_FROM,
            max_iter=3,
            min_value=lowest[varies],
            max_value=highest[varies],
            random_state=RANDOM_STATE + seed,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            imputed[:, varies] = imputer.fit_transform(matrix[:, varies])
    fill = SimpleImputer(strategy="mean").fit(imputed)
    return Pipeline([("fill", fill), ("estimator", _fitted(estimator, imputed, churned, how=how))])
