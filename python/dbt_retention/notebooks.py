"""Two functions for notebooks, without dbt: churn probabilities and segments of any table."""

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
    """Out-of-sample churn probability of every row, 0 to 1.

    X: shape (rows, features), numbers, NaN = null. y: shape (rows,), 1 = churned, 0 = stayed.
    dates: shape (rows,), the as_of_date of each row. With dates, each date is predicted from older dates
    whose label windows had closed (as_of_date + `horizon_days`); dates without such older dates are NaN.
    Without dates: cross-validation with `folds` folds.
    customers: shape (rows,), customer ids; without dates, all rows of a customer are in the same fold.
    candidates: keys of `training.candidates.CANDIDATES`; with several, the mean of their log-odds.
    Returns a Series with X's index (0, 1, … for an array). Raises RetentionError where an argument is wrong.
    """
    matrix, index = _numbers(X)
    churned = _answers(y)
    if len(churned) != len(matrix) or not np.isin(churned, (0, 1)).all() or len(np.unique(churned)) < 2:
        raise RetentionError(
            f"y has {len(churned)} values for {len(matrix)} rows of X; expected one value per row, 0 "
            "(stayed) or 1 (churned), and both classes"
        )
    if not candidates or (unknown := [name for name in candidates if name not in CANDIDATES]):
        raise RetentionError(
            f"candidates is {list(candidates)!r}; allowed are one or more of {', '.join(CANDIDATES)}"
            + (f" (unknown: {', '.join(unknown)})" if candidates else "")
        )
    if dates is None:
        parts = _folds(churned, customers=customers, folds=folds)
    else:
        parts = _date_folds(_as_days(dates, rows=len(matrix)), horizon_days=horizon_days)
    predicted = np.full(len(matrix), np.nan)
    for past, held_out in parts:
        if len(np.unique(churned[past])) < 2:
            continue
        predictions = [
            probabilities(
                fit_candidate(CANDIDATES[name], matrix[past], churned[past], how=Fitting()), matrix[held_out]
            )
            for name in candidates
        ]
        predicted[held_out] = 1 / (1 + np.exp(-mean_log_odds(predictions)))
    return pd.Series(predicted, index=index, name="churn_probability")


def cluster_customers(X: pd.DataFrame | np.ndarray[Any, Any], n_clusters: int = 4) -> pd.Series:
    """Segment of every customer: 1 (highest mean percentile) to `n_clusters`.

    X: shape (customers, features), numbers, NaN = null (takes the median). K-means on the percentiles of each
    column, as in `mart_customer_segments`, so that no column and no outlier dominates.
    Returns a Series with X's index (0, 1, … for an array). Raises RetentionError where there are fewer
    distinct rows than clusters.
    """
    matrix, index = _numbers(X)
    ranks = SimpleImputer(strategy="median", keep_empty_features=True).fit_transform(_percent_ranks(matrix))
    distinct = len(np.unique(ranks, axis=0))
    if not 1 <= n_clusters <= distinct:
        raise RetentionError(
            f"n_clusters is {n_clusters}; expected 1 to {distinct}, the number of distinct rows"
        )
    kmeans = KMeans(n_clusters=n_clusters, n_init=10, random_state=RANDOM_STATE).fit(ranks)
    best_first = np.argsort(-kmeans.cluster_centers_.mean(axis=1), kind="stable")
    return pd.Series(np.argsort(best_first)[kmeans.labels_] + 1, index=index, name="segment")


def _numbers(X: pd.DataFrame | np.ndarray[Any, Any]) -> tuple[Matrix, pd.Index]:
    frame = pd.DataFrame(X)
    try:
        matrix = frame.to_numpy(dtype=np.float32, na_value=np.nan)
    except (TypeError, ValueError) as error:
        texts = [str(name) for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
        raise RetentionError(
            f"X has columns that are not numeric: {', '.join(texts) or error}. Remove them, or convert them: "
            "pandas.get_dummies(X)"
        ) from error
    if not matrix.size:
        raise RetentionError(
            f"X is empty, with the shape {matrix.shape}; expected at least one row and one column"
        )
    return np.where(np.isinf(matrix), np.float32(np.nan), matrix), frame.index


def _answers(y: Any) -> np.ndarray[Any, Any]:
    try:
        answers = pd.Series(np.asarray(y).reshape(-1))
        return np.asarray(answers.to_numpy(dtype=np.float64, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise RetentionError(
            f"y has values that are not numeric ({error}); expected 0 (stayed) or 1 (churned)"
        ) from error


def _percent_ranks(matrix: Matrix) -> np.ndarray[Any, Any]:
    """(rank - 1) / (known - 1) of each column, 0 to 1, as percent_rank() in SQL; NaN stays."""
    known = np.maximum((~np.isnan(matrix)).sum(axis=0) - 1, 1)
    ranks = (rankdata(matrix, method="min", axis=0, nan_policy="omit") - 1) / known
    return np.asarray(ranks, dtype=np.float64)


def _folds(churned: Any, *, customers: Any, folds: int) -> list[tuple[Any, Any]]:
    groups = np.arange(len(churned)) if customers is None else np.asarray(customers).reshape(-1)
    if len(groups) != len(churned):
        raise RetentionError(
            f"customers has {len(groups)} values for {len(churned)} rows of X; expected one per row"
        )
    if not 2 <= folds <= len(np.unique(groups)):
        raise RetentionError(
            f"folds is {folds}; expected 2 to {len(np.unique(groups))}, the number of customers"
        )
    cut = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=RANDOM_STATE)
    return list(cut.split(churned.reshape(-1, 1), churned, groups))


def _as_days(dates: Any, *, rows: int) -> np.ndarray[Any, Any]:
    try:
        days = pd.to_datetime(pd.Series(np.asarray(dates).reshape(-1))).to_numpy().astype("datetime64[D]")
    except (TypeError, ValueError) as error:
        raise RetentionError(f"dates cannot be converted to dates: {error}") from error
    if len(days) != rows or np.isnat(days).any():
        raise RetentionError(f"dates has {len(days)} values for {rows} rows of X; expected one date per row")
    return np.asarray(days)


def _date_folds(days: np.ndarray[Any, Any], *, horizon_days: int) -> list[tuple[Any, Any]]:
    parts = []
    for day in np.unique(days):
        past = (days < day) & (days + np.timedelta64(horizon_days, "D") <= day)
        if past.any():
            parts.append((np.flatnonzero(past), np.flatnonzero(days == day)))
    if not parts:
        raise RetentionError(
            f"none of {len(np.unique(days))} date(s) can be predicted from older dates whose label windows "
            f"of {horizon_days} days had closed. Add older dates, lower horizon_days, or omit dates"
        )
    return parts
