"""A model learns from what tells customers apart, not from what tells dates apart or hardly varies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from dbt_retention.training.candidates import CANDIDATES
from dbt_retention.training.fitting import Fitting, fit_candidate, probabilities
from dbt_retention.training.rows import LabelledRows, spans_a_season, without_date_features
from dbt_retention.training.selection import do_dates_mislead
from models import customers

SEASON = {1: 0.5, 2: 0.87, 3: 1.0}


def dated_rows(days: list[date]) -> pa.Table:
    rows = [(day, recency) for day in days for recency in (3.0, 40.0)]
    return pa.table(
        {
            "as_of_date": pa.array([day for day, _ in rows]),
            "recency": [recency for _, recency in rows],
            "month_sine": [SEASON[day.month] for day, _ in rows],
            "empty": pa.array([None] * len(rows), pa.float64()),
            "always_zero": [0.0] * len(rows),
        }
    )


def test_a_season_is_not_learned_from_dates_of_one_year() -> None:
    features = ["recency", "month_sine", "empty", "always_zero"]
    few = dated_rows([date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)])
    assert without_date_features(few, features) == ["recency", "empty", "always_zero"]
    long = dated_rows([date(2023, 1, 1), date(2023, 2, 1), date(2024, 2, 1)])
    assert spans_a_season(long)
    assert not spans_a_season(few)
    assert without_date_features(few, []) == []


@pytest.mark.parametrize("name", ["logistic_regression", "gradient_boosting"])
def test_a_column_that_hardly_varied_in_training_moves_no_later_prediction(name: str) -> None:
    """One row in 2,000 had a share of 0.9995, the others 1. Later every share is 0.5."""
    matrix, churned = customers(2000)
    share = np.ones(len(matrix), dtype=np.float32)
    share[churned.argmax()] = 0.9995
    later, _ = customers(500, seed=1)
    without = fit_candidate(CANDIDATES[name], matrix, churned, how=Fitting())
    with_share = fit_candidate(CANDIDATES[name], np.column_stack([matrix, share]), churned, how=Fitting())
    halved = np.column_stack([later, np.full(len(later), 0.5, dtype=np.float32)])
    difference = probabilities(with_share, halved) - probabilities(without, later)
    assert abs(difference.mean()) < 0.02


def season_of_dates(
    *, rate_by_month: dict[int, float], months: list[int]
) -> tuple[LabelledRows, LabelledRows]:
    """Rows of several dates, with and without the month as a feature; some months have more churners."""
    matrices, labels, days, names = [], [], [], []
    rng = np.random.default_rng(2)
    for month in months:
        matrix, churned = customers(400, seed=month)
        moved = rng.random(len(churned)) < rate_by_month.get(month, 0.0)
        labels.append(np.where(moved, 1.0, churned))
        matrices.append(np.column_stack([matrix, np.full(len(matrix), month, dtype=np.float32)]))
        days += [np.datetime64(date(2024, month, 1))] * len(matrix)
        names += [f"C{number}" for number in range(len(matrix))]
    matrix, churned = np.vstack(matrices), np.concatenate(labels)
    rows = LabelledRows(
        customers=np.array(names, dtype=object), dates=np.array(days), matrix=matrix, churned=churned
    )
    return rows, replace(rows, matrix=matrix[:, :-1])


def test_dates_mislead_where_the_folds_show_it_or_cannot_tell() -> None:
    """Churn rises until May and falls at once: a line through the first months misses the next."""
    months = [1, 2, 3, 4, 5, 6, 7, 8]
    folds = [(date(2024, month, 1), date(2024, month + 1, 1)) for month in (5, 6, 7)]
    peak = {2: 0.2, 3: 0.5, 4: 0.8, 5: 0.95}
    assert do_dates_mislead(*season_of_dates(rate_by_month=peak, months=months), folds, horizon_days=28)
    steady = season_of_dates(rate_by_month={}, months=months)
    assert not do_dates_mislead(*steady, folds, horizon_days=28)
    assert do_dates_mislead(*steady, [(date(2024, 1, 1), date(2024, 2, 1))], horizon_days=28)
