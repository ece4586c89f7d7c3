"""The estimators that may become champion: one function each, fresh and unfitted at every call.

Each takes features as people know them, NaN = null, and gives probabilities; each converts to ONNX. Their
settings are those of small and middling shops; `GRIDS` holds the few others that the var churn_tuning tries.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    ExtraTreesClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.impute import SimpleImputer
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from dbt_retention.errors import RetentionError

RANDOM_STATE = 7
NYSTROEM_LANDMARKS = 200
SMALLEST_EIGENVALUE = 1e-4  # of the largest; what is below is noise in float32

BOOSTING = ("lightgbm", "xgboost")  # candidates and libraries of the extra `boosting`

Selection = Literal["none", "importance", "rfe", "lasso"]


class SignedLog1p(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """sign(x) * log(1 + |x|), element by element: tames counts and amounts, keeps 0 and NaN."""

    def fit(self, X: npt.NDArray[Any], y: object = None) -> SignedLog1p:
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: npt.NDArray[Any]) -> npt.NDArray[Any]:
        transformed: npt.NDArray[Any] = np.sign(X) * np.log1p(np.abs(X))
        return transformed


class RbfLandmarks(Nystroem):  # type: ignore[misc]
    """Nystroem's map of the RBF kernel without its weakest directions, so that float32 suffices.

    scikit-learn divides by the root of eigenvalues down to 1e-12, which multiplies rounding by a million
    where landmarks are alike. Source: Williams & Seeger (2001), eq. 5, of the leading eigenvalues.
    """

    def fit(self, X: npt.NDArray[Any], y: object = None) -> RbfLandmarks:
        super().fit(X, y)
        values, vectors = np.linalg.eigh(rbf_kernel(self.components_.astype(np.float64), gamma=self.gamma))
        keep = values > SMALLEST_EIGENVALUE * values[-1]
        self.normalization_ = (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T
        return self


class ChosenFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Keeps the columns that a method finds worth keeping, unchanged: nulls stay nulls.

    importance: above the mean importance in extremely randomised trees. rfe: the half that is left when the
    weakest coefficients of a logistic regression are taken away, a tenth at a time. lasso: coefficients that
    an L1 penalty does not press to zero. At least one column stays.
    Source: Geurts et al. (2006); Guyon et al. (2002); Tibshirani (1996).
    """

    def __init__(self, method: Selection) -> None:
        self.method = method

    def fit(self, X: npt.NDArray[Any], y: npt.NDArray[Any]) -> ChosenFeatures:
        complete = make_pipeline(
            SignedLog1p(), StandardScaler(), SimpleImputer(strategy="constant", fill_value=0.0)
        ).fit_transform(X)
        keep = np.asarray(self._selector().fit(complete, y).get_support())
        self.columns_ = np.flatnonzero(keep) if keep.any() else np.array([0])
        return self

    def transform(self, X: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return X[:, self.columns_]

    def _selector(self) -> Any:
        match self.method:
            case "importance":
                trees = ExtraTreesClassifier(100, min_samples_leaf=10, random_state=RANDOM_STATE)
                return SelectFromModel(trees, threshold="mean")
            case "rfe":
                return RFE(LogisticRegression(C=0.02, max_iter=2000), n_features_to_select=0.5, step=0.1)
            case _:
                lasso = LogisticRegression(C=0.02, l1_ratio=1, solver="liblinear", random_state=RANDOM_STATE)
                return SelectFromModel(lasso, threshold=1e-6)


def logistic_regression() -> Pipeline:
    """Use it first and always: hard to beat on RFM features, stable, exactly explainable.

    Strong shrinkage (C = 0.02), for the features overlap; nulls take the training mean of the logs.
    """
    return _scaled(LogisticRegression(C=0.02, max_iter=2000))


def decision_tree() -> Pipeline:
    """Use it where people must be able to read the rule: one tree of 16 leaves, weaker than all others.

    Nulls take the training mean, here and in the forests."""
    return _filled(DecisionTreeClassifier(max_leaf_nodes=16, min_samples_leaf=100, random_state=RANDOM_STATE))


def random_forest() -> Pipeline:
    """Use it as a second opinion that needs no tuning; its ONNX file is the largest."""
    return _filled(RandomForestClassifier(n_estimators=150, min_samples_leaf=10, random_state=RANDOM_STATE))


def extra_trees() -> Pipeline:
    """Use it beside the first two: its random splits err elsewhere, so that the blend gains.

    Leaves of 30 rows keep it small: it scores at half the speed of gradient_boosting."""
    return _filled(
        ExtraTreesClassifier(
            n_estimators=100, min_samples_leaf=30, max_features=0.3, random_state=RANDOM_STATE
        )
    )


def gradient_boosting() -> HistGradientBoostingClassifier:
    """Use it where features interact or bend: small trees (4 leaves), slow learning, native nulls.

    Each split looks at 30 % of the features, for the families overlap."""
    return HistGradientBoostingClassifier(
        max_leaf_nodes=4,
        learning_rate=0.035,
        max_iter=300,
        min_samples_leaf=50,
        max_features=0.3,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=RANDOM_STATE,
    )


def lightgbm() -> Any:
    """Use it where millions of rows make gradient_boosting slow; else as good. Needs the extra `boosting`.

    One thread: more would add gradients in another order, and two trainings would differ.
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


def xgboost() -> Any:
    """Use it where the shop trusts XGBoost from elsewhere; as good as gradient_boosting. Needs `boosting`.

    min_child_weight counts p (1 - p), about a tenth of the rows."""
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


def support_vector_linear() -> Pipeline:
    """Use it where outliers pull at the logistic regression: the hinge looks at the border only.

    Margins become probabilities by Platt's sigmoid on out-of-fold margins; the scaler stands outside the
    calibration, for skl2onnx converts it wrongly inside.
    """
    return _scaled(_with_sigmoid(LinearSVC(C=0.002, dual=False, random_state=RANDOM_STATE)))


def support_vector_rbf() -> Pipeline:
    """Use it where the border is curved and smooth, in a shop of any size.

    The RBF kernel is approximated on 200 landmark customers, a random choice, and a linear support
    vector machine stands on top: time and file grow with the landmarks, not with the square of the rows.
    Source: Williams & Seeger (2001), Using the Nystroem Method to Speed Up Kernel Machines.
    """
    landmarks = RbfLandmarks(n_components=NYSTROEM_LANDMARKS, random_state=RANDOM_STATE)
    return _scaled(landmarks, _with_sigmoid(LinearSVC(C=0.02, dual=False, random_state=RANDOM_STATE)))


def neural_network() -> Pipeline:
    """Use it where there are many rows (100,000 and more): one hidden layer of 16, strongly shrunk."""
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


def _boosting(candidate: str) -> Any:
    """The module that needs the extra `boosting`, imported at the first use."""
    try:
        return import_module("dbt_retention.training.boosting")
    except ImportError as error:
        raise RetentionError(
            f"the candidate {candidate} needs packages that are not installed ({error}). "
            "Run: pip install 'dbt-retention[boosting]', or leave it out of the var churn_candidates"
        ) from error


def _with_sigmoid(estimator: Any) -> CalibratedClassifierCV:
    return CalibratedClassifierCV(estimator, method="sigmoid", cv=3, ensemble=False)


CANDIDATES: dict[str, Callable[[], Any]] = {
    "logistic_regression": logistic_regression,
    "decision_tree": decision_tree,
    "random_forest": random_forest,
    "extra_trees": extra_trees,
    "gradient_boosting": gradient_boosting,
    "lightgbm": lightgbm,
    "xgboost": xgboost,
    "support_vector_linear": support_vector_linear,
    "support_vector_rbf": support_vector_rbf,
    "neural_network": neural_network,
}


def without_empty(matrix: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The matrix with 0 in columns that hold no value at all, from which nothing can be learned.

    Trees cannot bin such a column, and its median is not known; at 0 no coefficient and no split uses it.
    """
    return np.where(np.isnan(matrix).all(axis=0), np.zeros_like(matrix), matrix)
