"""Whether there is enough data to train the churn model."""

from __future__ import annotations

from datetime import date

import numpy as np

from dbt_retention.errors import TrainingDataError
from dbt_retention.training.rows import LabelledRows, ShopFacts
from dbt_retention.training.selection import time_folds
from dbt_retention.training.settings import ChurnSettings

MIN_ROWS_PER_CLASS = 10  # in the training rows of a fold; some candidates split them in three, twice


def usable_folds(train: LabelledRows, *, horizon_days: int) -> list[tuple[date, date]]:
    """The folds of `time_folds` whose training rows hold at least MIN_ROWS_PER_CLASS of both classes."""
    return [
        (newest, validation)
        for newest, validation in time_folds(train.dates, horizon_days=horizon_days)
        if _rows_of_rarer_class(train, until=newest) >= MIN_ROWS_PER_CLASS
    ]


def require_enough_data(
    train: LabelledRows,
    test: LabelledRows,
    folds: list[tuple[date, date]],
    *,
    shop: ShopFacts,
    settings: ChurnSettings,
) -> None:
    """Raise TrainingDataError with everything that is missing, unless the data suffice to train."""
    churners = int(train.churned.sum())
    stayers = len(train.churned) - churners
    needed = settings.min_training_churners
    shortfalls = []
    if shop.buyers_count < settings.min_buyers:
        shortfalls.append(f"{shop.buyers_count} customers (at least {settings.min_buyers})")
    if shop.history_days < settings.min_history_days:
        shortfalls.append(f"{shop.history_days} days of history (at least {settings.min_history_days})")
    if min(churners, stayers) < needed:
        shortfalls.append(f"{churners} churned and {stayers} stayed (at least {needed} of each)")
    if not folds:
        shortfalls.append(
            f"{len(np.unique(train.dates))} training date(s), of which none can be predicted by older ones "
            f"with at least {MIN_ROWS_PER_CLASS} churned and {MIN_ROWS_PER_CLASS} stayed"
        )
    if not 0 < test.churned.mean() < 1:
        shortfalls.append("only one class on the test date")
    for _, validation in folds:
        if not 0 < train.churned[train.dates == np.datetime64(validation)].mean() < 1:
            shortfalls.append(f"only one class on the validation date {validation}")
    if shortfalls:
        raise TrainingDataError(
            "too little data to train on: "
            + "; ".join(shortfalls)
            + ". Add history or customers, or lower min_buyers, min_history_days, min_training_churners or "
            "churn_horizon_days with care. Details: select * from mart_data_readiness. See docs/training.md"
        )


def _rows_of_rarer_class(train: LabelledRows, *, until: date) -> int:
    churned = train.churned[train.dates <= np.datetime64(until)]
    return int(min(churned.sum(), (1 - churned).sum()))
