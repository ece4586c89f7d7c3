"""The shop's season in training: the purchase rate on a date, relative to that on the training dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute

from dbt_retention.arrays import Floats
from dbt_retention.training.rows import dates_of

Dates = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Season:
    """How many times higher the purchase rate is on each date than on the training dates together.

    rates: by date, above 0; of a training date as measured, of the test date as expected from a year before.
    Empty = the season is not used, and every ratio is 1. note: why it is used or not.
    """

    rates: Mapping[np.datetime64, float]
    note: str = ""

    @property
    def is_used(self) -> bool:
        """Whether probabilities follow the season."""
        return bool(self.rates)

    def ratios(self, dates: Dates, *, trained_on: Dates) -> Floats:
        """The rate on each of `dates` divided by the geometric mean rate of the rows `trained_on`.

        dates: shape (rows,), the dates to predict. trained_on: shape (training rows,). Returns shape (rows,).
        A customer who buys nothing at the usual rate with probability p buys nothing with p ** ratio. A
        date without a rate has the ratio 1.
        """
        if not self.is_used:
            return np.ones(len(dates))
        rates = self._rates(dates) / np.exp(np.mean(np.log(self._rates(trained_on))))
        return np.where(np.isnan(rates), 1.0, rates)

    def _rates(self, dates: Dates) -> Floats:
        days, places = np.unique(dates, return_inverse=True)
        return np.asarray([self.rates.get(day, np.nan) for day in days], dtype=np.float64)[places]


def season_of(rows: pa.Table) -> Season:
    """The season in the columns season_index and season_note of `ml_training_set`.

    The season is used where every training date has an index.
    """
    if not len(rows) or "season_index" not in rows.column_names:
        return Season({})
    note = str(rows["season_note"][0].as_py() or "")
    dates = dates_of(rows)
    index = rows["season_index"].cast(pa.float64()).to_numpy()
    is_train = pa.compute.equal(rows["split"], "train").to_numpy()
    if not is_train.any() or np.isnan(index[is_train]).any():
        return Season({}, note)
    days, first = np.unique(dates, return_index=True)
    known = {day: float(index[at]) for day, at in zip(days, first, strict=True) if not np.isnan(index[at])}
    return Season(known, note)
