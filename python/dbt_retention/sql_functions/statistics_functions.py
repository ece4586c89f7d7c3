"""SQL functions that fit statistical models to columns or lists, and phone_e164."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from dbt_retention.arrays import Floats
from dbt_retention.sql_functions import purchase_process, spend_process
from dbt_retention.sql_functions.action_effects import Arms, fit_factors
from dbt_retention.sql_functions.choice_prices import Candidates, fit_prices
from dbt_retention.sql_functions.phone_numbers import phone_e164
from dbt_retention.sql_functions.purchase_process import Parameters, Statistics
from dbt_retention.sql_functions.sql_function import Arrow, SqlFunction, items


def _doubles(*names: str) -> Any:
    return pa.struct([(name, pa.float64()) for name in names])


PROCESS = _doubles("r", "alpha", "a", "b", "log_likelihood")
SPEND = _doubles("p", "q", "v", "log_likelihood")
FACTOR = _doubles("mean", "standard_error")
PRICES = _doubles("place_price", "budget_price")


def _rows(columns: tuple[Arrow, ...]) -> list[tuple[Any, ...]]:
    return list(zip(*(items(column) for column in columns), strict=True))


def _fit_purchase_process(*columns: Arrow) -> Arrow:
    """Parameters of the process of each row; a row has lists of histories."""
    return pa.array(
        [
            asdict(purchase_process.fit(process, Statistics(*(np.asarray(one, float) for one in lists))))
            for process, *lists in _rows(columns)
        ],
        type=PROCESS,
    )


def _fit_spend(*columns: Arrow) -> Arrow:
    """Parameters of the spend process of each row; null for a row without customers."""
    return pa.array(
        [
            asdict(spend_process.fit_spend(np.asarray(purchases, float), np.asarray(means, float)))
            if purchases and means
            else None
            for purchases, means in _rows(columns)
        ],
        type=SPEND,
    )


def _fit_action_effect(*columns: Arrow) -> Arrow:
    return pa.array(_factors(_rows(columns)), type=FACTOR)


def _factors(rows: list[tuple[Any, ...]]) -> list[dict[str, float]]:
    """Factors of the action and tier of each row; all rows have the same arms."""
    assumed_error, _, _, *columns = rows[0]
    levels, actions, tiers, assumed, surplus, errors = (np.asarray(column, float) for column in columns)
    arms = Arms(
        level=levels.astype(int),
        action=actions.astype(int) - 1,
        tier=tiers.astype(int) - 1,
        assumed=assumed,
        surplus=surplus,
        variance=errors**2,
    )
    factors = fit_factors(arms, assumed_error=float(assumed_error))
    return [
        {
            "mean": float(factors.mean[action - 1, tier - 1]),
            "standard_error": float(factors.standard_error[action - 1, tier - 1]),
        }
        for _, action, tier, *_ in rows
    ]


def _fit_choice_prices(*columns: Arrow) -> Arrow:
    return pa.array(_prices(_rows(columns)), type=PRICES)


def _prices(rows: list[tuple[Any, ...]]) -> list[dict[str, float]]:
    """Prices of the action of each row; all rows have the same limits and candidates."""
    _, budget, names, places, *pairs = rows[0]
    limits = dict(zip(names, places, strict=True))
    names = sorted(limits)
    prices = fit_prices(
        Candidates.of_pairs(*(column or [] for column in pairs), names=names),
        places=np.array([limits[name] for name in names], dtype=float),
        budget=None if budget is None else float(budget),
    )
    return [
        {
            "place_price": float(prices.place_prices[names.index(action)]),
            "budget_price": prices.budget_price,
        }
        for action, *_ in rows
    ]


def _expected_purchases(process: Arrow, *columns: Arrow) -> Arrow:
    numbers = [column.cast(pa.float64()).to_numpy(zero_copy_only=False) for column in columns]
    return pa.array(_expected(process[0].as_py(), np.column_stack(numbers)), from_pandas=True)


def _expected(process: str, rows: Floats) -> Floats:
    """rows: r, alpha, a, b, x, t_x, T and the time ahead; most rows have the same four parameters."""
    expected = np.full(len(rows), np.nan)
    known = ~np.isnan(rows).any(axis=1)
    for parameters in np.unique(rows[known, :4], axis=0):
        of_these = known & (rows[:, :4] == parameters).all(axis=1)
        r, alpha, a, b = (float(value) for value in parameters)
        fitted = Parameters(r=r, alpha=alpha, a=a, b=b, log_likelihood=float("nan"))
        expected[of_these] = purchase_process.expected_purchases(process, fitted, *rows[of_these, 4:].T)
    return expected


def _phone_e164(*columns: Arrow) -> Arrow:
    return pa.array([phone_e164(phone, region=region) for phone, region in _rows(columns)], type=pa.string())


STATISTICS_FUNCTIONS = [
    SqlFunction("fit_purchase_process", _fit_purchase_process, PROCESS),
    SqlFunction("fit_spend", _fit_spend, SPEND),
    SqlFunction("fit_action_effect", _fit_action_effect, FACTOR),
    SqlFunction("fit_choice_prices", _fit_choice_prices, PRICES),
    SqlFunction("expected_purchases", _expected_purchases, pa.float64()),
    SqlFunction("phone_e164", _phone_e164, pa.string()),
]
