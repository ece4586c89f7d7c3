"""Two functions for notebooks: churn probabilities and segments of any table, without dbt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.model_selection import StratifiedGroupKFold

from dbt_retention.arrays import Matrix
from dbt_retention.errors import RetentionError
from dbt_retention.training import RANDOM_STATE
from dbt_retention.training.blend import mean_log_odds
from dbt_retention.training.candidates import CANDIDATES
from dbt_retention.training.fitting import Fitting, fit_candidate, probabilities

STRONG = ("logistic_regression", "gradient_boosting")


def predict_client_churn(
    X: pd.DataFrame | np.ndarray[Any, Any],
    y: Any,
    *,
    dates: Any = None,
    customers: Any = None,
    horizon_days: int = 0,
    candidates: Sequence[str] = STRONG,
    folds: int = 5,
) -> pd.Series:
    """Out-of-sample churn probability of every row, by models that have not seen the row.

    X: shape (rows, features), numbers, NaN = null. y: shape (rows,), 1 = churned, 0 = stayed.
    dates: shape (rows,), the morning each row was taken. Given, a date is predicted by older dates alone,
    whose labels had closed (`horizon_days` after the morning); the first dates, which nothing precedes, are
    NaN. Without dates, by cross-validation in `folds` parts.
    customers: shape (rows,), whose row it is; without dates, a customer's rows stay in one part.
    candidates: keys of `training.candidates.CANDIDATES`; with several, the mean of their log-odds.
    Returns a Series with X's index (0, 1, … for an array). Raises RetentionError where the input cannot do.
    """
    matrix, index = _numbers(X)
    churned = _answers(y)
    if len(churned) != len(matrix) or not np.isin(churned, (0, 1)).all() or len(np.unique(churned)) < 2:
        raise RetentionError(
            f"y has {len(churned)} values for {len(matrix)} rows of X; expected one per row, each 0 (stayed) "
            "or 1 (churned), and both must occur"
        )
    if not candidates or (unknown := [name for name in candidates if name not in CANDIDATES]):
        raise RetentionError(
            f"candidates is {list(candidates)!r}; allowed are one or more of {', '.join(CANDIDATES)}"
            + (f" (unknown: {', '.join(unknown)})" if candidates else "")
        )
    if dates is None:
        parts = _parts(churned, customers=customers, folds=folds)
    else:
        parts = _mornings(_as_days(dates, rows=len(matrix)), horizon_days=horizon_days)
    predicted = np.full(len(matrix), np.nan)
    for past, held_out in parts:
        if len(np.unique(churned[past])) < 2:
            continue
        said = [
            probabilities(
                fit_candidate(CANDIDATES[name], matrix[past], churned[past], how=Fitting()), matrix[held_out]
            )
            for name in candidates
        ]
        predicted[held_out] = 1 / (1 + np.exp(-mean_log_odds(said)))
    return pd.Series(predicted, index=index, name="churn_probability")


def cluster_customers(X: pd.DataFrame | np.ndarray[Any, Any], n_clusters: int = 4) -> pd.Series:
    """Segment of every customer, 1 (highest mean rank: the best, where more is better) to `n_clusters`.

    X: shape (customers, features), numbers, NaN = null (takes the median). K-means on percent ranks of each
    column, as in `mart_customer_segments`: no column and no outlier outweighs the others.
    Returns a Series with X's index (0, 1, … for an array). Raises RetentionError where there are fewer
    different customers than clusters.
    """
    matrix, index = _numbers(X)
    ranks = SimpleImputer(strategy="median", keep_empty_features=True).fit_transform(_percent_ranks(matrix))
    distinct = len(np.unique(ranks, axis=0))
    if not 1 <= n_clusters <= distinct:
        raise RetentionError(
            f"n_clusters is {n_clusters}; the customers show {distinct} distinct pattern(s), "
            f"so 1 to {distinct} are allowed"
        )
    kmeans = KMeans(n_clusters=n_clusters, n_init=10, random_state=RANDOM_STATE).fit(ranks)
    best_first = np.argsort(-kmeans.cluster_centers_.mean(axis=1), kind="stable")
    return pd.Series(np.argsort(best_first)[kmeans.labels_] + 1, index=index, name="segment")


def _numbers(X: pd.DataFrame | np.ndarray[Any, Any]) -> tuple[Matrix, pd.Index]:
    frame = pd.DataFrame(X)
    try:
        matrix = frame.to_numpy(dtype=np.float32, na_value=np.nan)
    except (TypeError, ValueError) as error:
        words = [str(name) for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
        raise RetentionError(
            f"X has columns that are no numbers: {', '.join(words) or error}. "
            "Leave them out, or make numbers of them: pandas.get_dummies(X)"
        ) from error
    if not matrix.size:
        raise RetentionError(f"X is empty: its shape is {matrix.shape}; give one row or more per customer")
    return np.where(np.isinf(matrix), np.float32(np.nan), matrix), frame.index


def _answers(y: Any) -> np.ndarray[Any, Any]:
    try:
        answers = pd.Series(np.asarray(y).reshape(-1))
        return np.asarray(answers.to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise RetentionError(
            f"y holds what is no number ({error}); expected 0 (stayed) or 1 (churned)"
        ) from error


def _percent_ranks(matrix: Matrix) -> np.ndarray[Any, Any]:
    """(rank - 1) / (known - 1) of each column, as percent_rank() in SQL; NaN stays."""
    known = np.maximum((~np.isnan(matrix)).sum(axis=0) - 1, 1)
    ranks = (rankdata(matrix, method="min", axis=0, nan_policy="omit") - 1) / known
    return np.asarray(ranks, dtype=np.float64)


def _parts(churned: Any, *, customers: Any, folds: int) -> list[tuple[Any, Any]]:
    groups = np.arange(len(churned)) if customers is None else np.asarray(customers).reshape(-1)
    if len(groups) != len(churned):
        raise RetentionError(
            f"customers has {len(groups)} values for {len(churned)} rows of X; expected one for each row"
        )
    if not 2 <= folds <= len(np.unique(groups)):
        raise RetentionError(f"folds is {folds}; allowed are 2 to the number of customers")
    cut = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=RANDOM_STATE)
    return list(cut.split(churned.reshape(-1, 1), churned, groups))


def _as_days(dates: Any, *, rows: int) -> np.ndarray[Any, Any]:
    try:
        days = pd.to_datetime(pd.Series(np.asarray(dates).reshape(-1))).to_numpy().astype("datetime64[D]")
    except (TypeError, ValueError) as error:
        raise RetentionError(f"dates cannot be read as days: {error}") from error
    if len(days) != rows or np.isnat(days).any():
        raise RetentionError(
            f"dates has {len(days)} values for {rows} rows of X; expected a day for each row"
        )
    return np.asarray(days)


def _mornings(days: np.ndarray[Any, Any], *, horizon_days: int) -> list[tuple[Any, Any]]:
    parts = []
    for day in np.unique(days):
        past = (days < day) & (days + np.timedelta64(horizon_days, "D") <= day)
        if past.any():
            parts.append((np.flatnonzero(past), np.flatnonzero(days == day)))
    if not parts:
        raise RetentionError(
            f"no date of {len(np.unique(days))} can be predicted by older ones whose labels closed within "
            f"{horizon_days} days. Give older dates, a smaller horizon_days, or leave dates out"
        )
    return parts
