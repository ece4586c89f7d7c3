"""Fits a candidate: class weights, feature selection, principal components, multiple imputation.

Everything is decided on the training rows alone, never on validation or test rows.
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
from dbt_retention.training import RANDOM_STATE
from dbt_retention.training.blend import mean_log_odds
from dbt_retention.training.candidates import CANDIDATES, GRIDS
from dbt_retention.training.transformers import ChosenFeatures, Selection, without_noise

NEIGHBOURS_TO_IMPUTE_FROM = 10


@dataclass(frozen=True)
class Fitting:
    """How every candidate is fitted, from the vars churn_*; the defaults switch everything off."""

    class_weights: Literal["none", "balanced"] = "none"
    feature_selection: Selection = "none"
    pca_variance: float | None = None
    imputations: int = 1


def fit_candidate(fresh: Callable[[], Any], matrix: Matrix, churned: Floats, *, how: Fitting) -> list[Any]:
    """The fitted candidate: one estimator, or one per imputed copy of the rows.

    fresh: creates an unfitted estimator. matrix: shape (rows, features), NaN = null; churned: 0 or 1, shape
    (rows,).
    """
    known = without_noise(matrix)
    if how.imputations == 1:
        return [_fitted(fresh(), known, churned, how=how)]
    return [
        _fitted_on_imputed(fresh(), known, churned, how=how, seed=seed) for seed in range(how.imputations)
    ]


def probabilities(fitted: list[Any], matrix: Matrix) -> Floats:
    """Churn probability by the estimators of `fit_candidate`, from their mean log-odds, shape (rows,)."""
    return np.asarray(expit(mean_log_odds([one.predict_proba(matrix)[:, 1] for one in fitted])))


def variants(names: list[str], *, tuning: bool) -> Iterator[tuple[str, dict[str, Any], Callable[[], Any]]]:
    """(name, settings, function that creates the estimator): one per candidate, or its grid if `tuning`."""
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
        warnings.simplefilter("ignore", ConvergenceWarning)  # of the neural network: its epochs are fixed
        if is_forest:  # trees are fitted in parallel, each with its own seed
            last.set_params(n_jobs=-1)
        fitted = estimator.fit(matrix, churned, **weights)
        if is_forest:  # but predict in order, because the last digit of their sum depends on it
            last.set_params(n_jobs=None)
    return fitted


def _fitted_on_imputed(estimator: Any, matrix: Matrix, churned: Floats, *, how: Fitting, seed: int) -> Any:
    """One model of a multiple imputation: nulls are drawn from their distribution given the other features.

    At scoring, a null takes the mean of the imputed column of this model.
    Source: Rubin (1987), Multiple Imputation for Nonresponse; van Buuren (2018), ch. 4.
    """
    lowest, highest = np.nanmin(matrix, axis=0), np.nanmax(matrix, axis=0)
    varies = highest > lowest  # the imputer needs different bounds
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
