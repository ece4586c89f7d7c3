"""From random streams and whole numbers to codes, ids, words and times."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dbt_retention.generate.schemas import TYPES
from dbt_retention.generate.shop import Shop

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
DAY: Final = 86_400
HOURS = np.array(
    [1, 0.5, 0.3, 0.2, 0.2, 0.5, 1.5, 3, 5, 6, 7, 7, 8, 7, 6, 6, 6, 7, 8, 9, 9, 7, 4, 2],
    dtype=np.float64,
)


def zipf(count: int, exponent: float) -> Floats:
    """Shares of `count` ranks that fall as rank ** -exponent; they sum to 1."""
    weight = np.arange(1, count + 1, dtype=np.float64) ** -exponent
    return np.asarray(weight / weight.sum())


def pick(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    """`size` codes 0..len(weights)-1, each as often as its weight says."""
    edges = np.cumsum(weights)[:-1] / weights.sum()
    return np.searchsorted(edges, rng.random(size), side="right").astype(np.int64)


def pick_by_row(rng: np.random.Generator, weights: Floats, row: Ints) -> Ints:
    """One code for each of `row`, by the weights of that row of `weights` (rows, codes)."""
    edges = np.cumsum(weights, axis=1)[:, :-1] / weights.sum(axis=1, keepdims=True)
    return np.asarray((rng.random(len(row))[:, None] >= edges[row]).sum(axis=1), dtype=np.int64)


def second_of_day(rng: np.random.Generator, size: int) -> Ints:
    """Seconds since midnight, (size,), by how busy the hours are."""
    return pick(rng, HOURS, size) * 3600 + rng.integers(0, 3600, size)


def marks_of(rows: Ints, size: int) -> Bools:
    """Whether each of `size` rows is among `rows`."""
    marks = np.zeros(size, dtype=np.bool_)
    marks[rows] = True
    return marks


def moments_of(shop: Shop, second: Ints, missing: Bools | None = None) -> pa.Array:
    """Seconds since `first_day` as timestamps, null where `missing`."""
    midnight = np.datetime64(shop.first_day, "s").astype(np.int64)
    return pa.array(second + midnight, mask=missing).cast(TYPES["moment"])


def ids_of(prefix: str, width: int, numbers: Ints, missing: Bools | None = None) -> pa.Array:
    """`prefix` and the number with leading zeros, null where `missing`."""
    digits = pc.utf8_lpad(pa.array(numbers, mask=missing).cast(TYPES["text"]), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def coupon_ids(campaign: Ints, missing: Bools) -> pa.Array:
    """The coupon of each campaign number, null where `missing`."""
    return ids_of("COUPON-K", 3, campaign + 1, missing)


def words_of(words: tuple[str, ...] | list[str], codes: Ints, missing: Bools | None = None) -> pa.Array:
    """The word of each code, null where `missing`."""
    return pa.array(words, type=TYPES["text"]).take(pa.array(codes, mask=missing))
