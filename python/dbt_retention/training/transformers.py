"""scikit-learn transformers of our own. `converters.py` has their ONNX converters."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_selection import RFE, SelectFromModel
from sklearn.impute import SimpleImputer
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from dbt_retention.training import RANDOM_STATE

MIN_SPREAD = 1e-3  # relative to the largest absolute value of a column
SMALLEST_EIGENVALUE = 1e-4  # relative to the largest; smaller ones are noise in float32

Selection = Literal["none", "importance", "rfe", "lasso"]


class SignedLog1p(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """sign(x) * log(1 + |x|), element-wise, for skewed counts and amounts; 0 and NaN stay."""

    def fit(self, X: npt.NDArray[Any], y: object = None) -> SignedLog1p:
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: npt.NDArray[Any]) -> npt.NDArray[Any]:
        transformed: npt.NDArray[Any] = np.sign(X) * np.log1p(np.abs(X))
        return transformed


class RbfLandmarks(Nystroem):  # type: ignore[misc]
    """Nystroem's approximation of the RBF kernel by its leading eigenvalues, so that float32 suffices.

    scikit-learn divides by the root of eigenvalues down to 1e-12. Where landmarks are similar, this
    multiplies rounding errors by a million. Source: Williams & Seeger (2001), eq. 5.
    """

    def fit(self, X: npt.NDArray[Any], y: object = None) -> RbfLandmarks:
        super().fit(X, y)
        values, vectors = np.linalg.eigh(rbf_kernel(self.components_.astype(np.float64), gamma=self.gamma))
        keep = values > SMALLEST_EIGENVALUE * values[-1]
        self.normalization_ = (vectors[:, keep] / np.sqrt(values[keep])) @ vectors[:, keep].T
        return self


class ChosenFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Feature selection: keeps some columns unchanged, at least one. Nulls stay nulls.

    importance: columns above the mean importance in extremely randomised trees. rfe: half of the columns, by
    recursive elimination of the smallest coefficients of a logistic regression, 10 % at a time. lasso:
    columns whose coefficient is not zero under an L1 penalty.
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


def without_noise(matrix: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The matrix with one value in columns that hardly vary in these rows, shape (rows, features).

    A column without any value becomes 0: trees cannot bin it, and it has no median. In a column that is
    almost constant, such as a share of 84 days where the history has 40, every value becomes the lowest one.
    Else it would be divided by its tiny deviation, and rows of a later date would be extreme.
    """
    lowest = np.where(np.isnan(matrix).all(axis=0), 0, np.fmin.reduce(matrix, axis=0))
    kept = np.isnan(matrix) & ~np.isnan(matrix).all(axis=0)
    return np.where(varies(matrix) | kept, matrix, lowest.astype(matrix.dtype))


def varies(matrix: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether the values of a column differ by at least MIN_SPREAD of their size, shape (features,).

    matrix: shape (rows, features), NaN = null.
    """
    lowest = np.fmin.reduce(matrix, axis=0, initial=np.inf)
    highest = np.fmax.reduce(matrix, axis=0, initial=-np.inf)
    differs = highest > lowest
    with np.errstate(invalid="ignore"):
        is_wide = highest - lowest >= MIN_SPREAD * np.maximum(abs(lowest), abs(highest))
    return np.asarray(differs & is_wide)
