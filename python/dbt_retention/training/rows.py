"""Converts the rows of the training set to arrays."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from dbt_retention.arrays import Bools, Floats, Matrix, Vector
from dbt_retention.registry.card import Card
from dbt_retention.registry.scoring import as_matrix
from dbt_retention.training.transformers import MIN_SPREAD, varies

SHOP_FACTS = ("churn_horizon_days", "history_days", "buyers_count", "drifted_features_count")
SPEND = "spend_in_horizon_amount"
LABELS = ("is_churned", SPEND)
KEYS = ("customer_id", "as_of_date", "split", *LABELS, "season_index", "season_note", *SHOP_FACTS)

SEASON_DAYS = 365


@dataclass(frozen=True)
class ShopFacts:
    """Columns of the training set that describe the whole shop; every row has the same values."""

    churn_horizon_days: int
    history_days: int
    buyers_count: int
    drifted_features_count: int

    @classmethod
    def of(cls, rows: pa.Table) -> ShopFacts:
        """The facts of the first row; `rows` must not be empty."""
        return cls(**{name: int(rows[name][0].as_py()) for name in SHOP_FACTS})


@dataclass(frozen=True)
class LabelledRows:
    """Rows of one split, one per customer and date.

    customers, dates, churned: shape (rows,), churned 0 or 1; matrix: shape (rows, features).
    """

    customers: npt.NDArray[np.object_]
    dates: npt.NDArray[np.datetime64]
    matrix: Matrix
    churned: Floats

    def where(self, keep: Bools) -> LabelledRows:
        """The rows for which `keep` is true."""
        return LabelledRows(self.customers[keep], self.dates[keep], self.matrix[keep], self.churned[keep])


def labelled(rows: pa.Table, features: list[str]) -> LabelledRows:
    return LabelledRows(
        customers=np.asarray(rows["customer_id"].to_pylist(), dtype=object),
        dates=dates_of(rows),
        matrix=feature_matrix(rows, features),
        churned=rows["is_churned"].cast(pa.float64()).to_numpy(),
    )


def feature_names(rows: pa.Table) -> list[str]:
    """The columns that are neither keys nor facts of the shop."""
    return [name for name in rows.column_names if name not in KEYS]


def feature_matrix(rows: pa.Table, features: list[str]) -> Matrix:
    if not features:
        return np.empty((len(rows), 0), dtype=np.float32)
    return as_matrix(rows, features)


def learnable_features(rows: pa.Table, features: Sequence[str]) -> list[str]:
    """The features that a model can use, in their order: not empty, and not almost constant.

    Estimators treat empty columns differently. A column whose values differ by less than a thousandth of
    their size has too few digits in float32: after scaling, its rounding errors exceed the tolerance of the
    parity gate. Infinity counts as null, as in `as_matrix`. A column with one single value is kept; it does
    no harm.
    """
    if not len(rows) or not features:
        return []
    matrix = as_matrix(rows, features)
    return [name for at, name in enumerate(features) if _is_learnable(matrix[:, at])]


def _is_learnable(values: Vector) -> bool:
    if np.isnan(values).all():
        return False
    lowest, highest = float(np.nanmin(values)), float(np.nanmax(values))
    return highest == lowest or highest - lowest >= MIN_SPREAD * max(abs(lowest), abs(highest))


def without_date_features(rows: pa.Table, features: Sequence[str]) -> list[str]:
    """The features without those that tell the dates of `rows` apart, but not the customers of a date.

    rows: training rows. Such a feature, the month for example, has one value per date. A value that only some
    customers of a date have tells them apart.
    """
    if not features:
        return []
    dates, matrix = dates_of(rows), as_matrix(rows, features)
    tells_customers_apart = np.zeros(len(features), dtype=bool)
    for day in np.unique(dates):
        of_date = matrix[dates == day]
        empty = np.isnan(of_date)
        tells_customers_apart |= varies(of_date) | (empty.any(axis=0) & ~empty.all(axis=0))
    kept = tells_customers_apart | ~varies(matrix)
    return [name for name, is_kept in zip(features, kept, strict=True) if is_kept]


def spans_a_season(rows: pa.Table) -> bool:
    """Whether the dates span more than SEASON_DAYS, so that a model may learn from the date itself."""
    dates = dates_of(rows)
    return bool(len(dates)) and dates.max() - dates.min() > np.timedelta64(SEASON_DAYS, "D")


def still_fits(card: Card, *, offered: Collection[str], filled: Collection[str]) -> bool:
    """Whether every feature of `card` still exists, and every filled feature is in `card`.

    offered: all feature columns; filled: those that are learnable now. A feature that became empty after the
    training does not invalidate the model.
    """
    return set(filled) <= set(card.features) <= set(offered)


def dates_of(rows: pa.Table) -> npt.NDArray[np.datetime64]:
    return np.asarray(rows["as_of_date"].cast(pa.date32()).to_numpy(), dtype="datetime64[D]")


def is_split(rows: pa.Table, split: str) -> pa.ChunkedArray:
    return pa.compute.equal(rows["split"], split)
