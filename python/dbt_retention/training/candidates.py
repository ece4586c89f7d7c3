"""The classifiers that may become the churn model.

A new classifier is one function here with the decorator `candidate`, its name in the allowed values of the
var churn_candidates, and a row in docs/training.md. The function returns a new, unfitted estimator that
accepts features with NaN = null, gives probabilities and converts to ONNX. The defaults suit small and medium
shops.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from dbt_retention.errors import RetentionError
from dbt_retention.training import RANDOM_STATE
from dbt_retention.training.transformers import RbfLandmarks, SignedLog1p

NYSTROEM_LANDMARKS = 200
BOOSTING = ("lightgbm", "xgboost")  # candidates and libraries of the extra `boosting`
# Of gradient_boosting, and of the regression of spend (value.py).
SMALL_TREES: dict[str, Any] = {
    "max_leaf_nodes": 4,
    "learning_rate": 0.05,
    "max_iter": 210,
    "max_bins": 64,
    "min_samples_leaf": 50,
    "max_features": 0.3,
    "l2_regularization": 1.0,
    "early_stopping": False,
    "random_state": RANDOM_STATE,
}

CANDIDATES: dict[str, Callable[[], Any]] = {}
GRIDS: dict[str, dict[str, list[Any]]] = {}


def candidate(**grid: list[Any]) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a function under its own name. grid: parameters that the var churn_tuning tries."""

    def register(create: Callable[[], Any]) -> Callable[[], Any]:
        CANDIDATES[create.__name__], GRIDS[create.__name__] = create, grid
        return create

    return register


@candidate(logisticregression__C=[0.005, 0.02, 0.1])
def logistic_regression() -> Pipeline:
    """Strong baseline for RFM features: stable and explainable.

    Strong regularisation (C = 0.02), because the features overlap. Nulls take the training mean of the logs.
    """
    return _scaled(LogisticRegression(C=0.02, max_iter=2000))


@candidate(decisiontreeclassifier__max_leaf_nodes=[8, 16, 32])
def decision_tree() -> Pipeline:
    """For rules that people can read: one tree of 16 leaves, less accurate than the others.

    Nulls take the training mean, as in the forests.
    """
    return _filled(DecisionTreeClassifier(max_leaf_nodes=16, min_samples_leaf=100, random_state=RANDOM_STATE))


@candidate(randomforestclassifier__min_samples_leaf=[5, 10, 30])
def random_forest() -> Pipeline:
    """For a comparison without tuning. Its ONNX file is the largest."""
    return _filled(RandomForestClassifier(n_estimators=150, min_samples_leaf=10, random_state=RANDOM_STATE))


@candidate(extratreesclassifier__min_samples_leaf=[10, 30, 100])
def extra_trees() -> Pipeline:
    """For a blend with the first two: its random splits make other errors.

    Leaves of 30 rows keep it small. More than 60 trees make the blend no better.
    """
    return _filled(
        ExtraTreesClassifier(
            n_estimators=60, min_samples_leaf=30, max_features=0.15, random_state=RANDOM_STATE
        )
    )


@candidate(max_iter=[100, 210, 300])
def gradient_boosting() -> HistGradientBoostingClassifier:
    """For interactions and nonlinear features: small trees (4 leaves), low learning rate, native nulls.

    Each split considers 30 % of the features, because the families overlap, and 64 values of each: more
    values cost accuracy on small shops.
    """
    return HistGradientBoostingClassifier(**SMALL_TREES)


@candidate(n_estimators=[150, 300, 450])
def lightgbm() -> Any:
    """For millions of rows, where gradient_boosting is slow; as accurate. Needs the extra `boosting`.

    One thread: more threads add gradients in another order, and two trainings would differ.
    """
    return _boosting("lightgbm").Float32LightGBM(
        num_leaves=4,
        learning_rate=0.035,
        n_estimators=300,
        min_child_samples=50,
        feature_fraction_bynode=0.3,
        reg_lambda=1.0,
        random_state=RANDOM_STATE,
        deterministic=True,
        force_row_wise=True,
        n_jobs=1,
        verbose=-1,
    )


@candidate(n_estimators=[150, 300, 450])
def xgboost() -> Any:
    """For shops that use XGBoost already; as accurate as gradient_boosting. Needs the extra `boosting`.

    min_child_weight sums p (1 - p), about a tenth of the number of rows.
    """
    return _boosting("xgboost").XGBClassifier(
        grow_policy="lossguide",
        max_leaves=4,
        max_depth=0,
        learning_rate=0.035,
        n_estimators=300,
        min_child_weight=5,
        colsample_bynode=0.3,
        reg_lambda=1.0,
        random_state=RANDOM_STATE,
        n_jobs=1,
    )


@candidate(calibratedclassifiercv__estimator__C=[0.0005, 0.002, 0.01])
def support_vector_linear() -> Pipeline:
    """For outliers that distort the logistic regression: the hinge loss depends on rows near the boundary.

    Platt's sigmoid on out-of-fold margins gives probabilities. The scaler is outside the calibration, because
    skl2onnx converts it wrongly inside.
    """
    return _scaled(_with_sigmoid(LinearSVC(C=0.002, dual=False, random_state=RANDOM_STATE)))


@candidate(calibratedclassifiercv__estimator__C=[0.005, 0.02, 0.1])
def support_vector_rbf() -> Pipeline:
    """For a curved and smooth boundary, with any number of rows.

    A linear support vector machine on the RBF kernel, approximated with 200 random customers (landmarks):
    time and file size grow with the landmarks, not with the square of the rows.
    Source: Williams & Seeger (2001), Using the Nystroem Method to Speed Up Kernel Machines.
    """
    landmarks = RbfLandmarks(n_components=NYSTROEM_LANDMARKS, random_state=RANDOM_STATE)
    return _scaled(landmarks, _with_sigmoid(LinearSVC(C=0.02, dual=False, random_state=RANDOM_STATE)))


@candidate(mlpclassifier__alpha=[1.0, 3.0, 10.0])
def neural_network() -> Pipeline:
    """For 100,000 rows and more: one hidden layer of 16 units, strong regularisation."""
    return _scaled(
        MLPClassifier(
            hidden_layer_sizes=(16,),
            alpha=3.0,
            learning_rate_init=0.003,
            batch_size=256,
            max_iter=30,
            n_iter_no_change=30,
            random_state=RANDOM_STATE,
        )
    )


def _scaled(*steps: Any) -> Pipeline:
    return make_pipeline(
        SignedLog1p(), StandardScaler(), SimpleImputer(strategy="constant", fill_value=0.0), *steps
    )


def _filled(estimator: Any) -> Pipeline:
    return make_pipeline(SimpleImputer(strategy="mean"), estimator)


def _boosting(name: str) -> Any:
    """The module with the extra `boosting`, imported at the first use. Raises RetentionError without it."""
    try:
        return import_module("dbt_retention.training.boosting")
    except ImportError as error:
        raise RetentionError(
            f"the candidate {name} needs packages that are not installed ({error}). Run: pip install "
            "'dbt-retention[boosting]', or remove it from the var churn_candidates"
        ) from error


def _with_sigmoid(estimator: Any) -> CalibratedClassifierCV:
    return CalibratedClassifierCV(estimator, method="sigmoid", cv=3, ensemble=False)
