"""Rows of the training set, as SQL made them, in the shapes that training takes."""

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

SHOP_FACTS = ("churn_horizon_days", "history_days", "buyers_count", "drifted_features_count")
KEYS = ("customer_id", "as_of_date", "split", "is_churned", *SHOP_FACTS)

LEAST_SPREAD = 1e-3  # of the largest absolute value of a column


@dataclass(frozen=True)
class ShopFacts:
    """What the training set says of the whole shop, the same in every row."""

    churn_horizon_days: int
    history_days: int
    buyers_count: int
    drifted_features_count: int

    @classmethod
    def of(cls, rows: pa.Table) -> ShopFacts:
        """The facts that stand in `rows`; there must be one row at least."""
        return cls(**{name: int(rows[name][0].as_py()) for name in SHOP_FACTS})


@dataclass(frozen=True)
class LabelledRows:
    """Rows of one split: one customer at one date each."""

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
    """Columns that are neither keys nor facts of the shop."""
    return [name for name in rows.column_names if name not in KEYS]


def feature_matrix(rows: pa.Table, features: list[str]) -> Matrix:
    if not features:
        return np.empty((len(rows), 0), dtype=np.float32)
    return as_matrix(rows, features)


def learnable_features(rows: pa.Table, features: Sequence[str]) -> list[str]:
    """Those of `features` that say something in `rows`, in their order: not empty, and not all but constant.

    An empty column teaches nothing, and estimators differ in what they make of it. Of a column whose values
    differ by less than a thousandth of their size, float32 keeps too little: scaled, its rounding errors
    would be larger than what the parity gate allows. No model learns from either. Infinity counts as no
    number, as in `as_matrix`; a column of one value is kept, for it harms none.
    """
    if not len(rows) or not features:
        return []
    matrix = as_matrix(rows, features)
    return [name for at, name in enumerate(features) if _says_something(matrix[:, at])]


def _says_something(values: Vector) -> bool:
    if np.isnan(values).all():
        return False
    lowest, highest = float(np.nanmin(values)), float(np.nanmax(values))
    return highest == lowest or highest - lowest >= LEAST_SPREAD * max(abs(lowest), abs(highest))


def still_fits(card: Card, *, offered: Collection[str], filled: Collection[str]) -> bool:
    """Does `card` list no feature that is not offered any more, and every one that is filled today?

    A feature that has become empty since the training does not make the model wrong.
    """
    return set(filled) <= set(card.features) <= set(offered)


def dates_of(rows: pa.Table) -> npt.NDArray[np.datetime64]:
    return np.asarray(rows["as_of_date"].cast(pa.date32()).to_numpy(), dtype="datetime64[D]")


def is_split(rows: pa.Table, split: str) -> pa.ChunkedArray:
    return pa.compute.equal(rows["split"], split)
