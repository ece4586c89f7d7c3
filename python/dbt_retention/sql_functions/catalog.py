"""The functions that the package's SQL calls, on Arrow columns: one implementation for every engine.

onnx_score('churn', row) -> float, onnx_cluster('segments', row) -> bigint,
onnx_explain('churn', '[["a"], ["b", "c"]]', orderings, row) -> list of double; orderings null = exact,
onnx_sentiment(model_version, text) -> double,
fit_purchase_process('bg_nbd', x, t_x, T, customers) -> struct(r, alpha, a, b, log_likelihood),
fit_spend(x, mean) -> struct(p, q, v, log_likelihood),
fit_action_effect(assumed_error, action, tier, level[], action[], tier[], assumed[], surplus[], error[])
-> struct(mean, standard_error), numbers counted from 1,
fit_choice_prices(action, budget, action[], places[], customer_id[], action[], profit[], cost[])
-> struct(place_price, budget_price); budget null = no limit,
expected_purchases('bg_nbd', r, alpha, a, b, x, t_x, T, time) -> double,
phone_e164(text, region) -> text; region null = only numbers with a country code are known.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dbt_retention.errors import RetentionError
from dbt_retention.registry.explain import group_contributions
from dbt_retention.registry.scoring import SENTIMENT, LoadedModel, Scorer, struct_rows
from dbt_retention.registry.store import Registry
from dbt_retention.sql_functions import purchase_process, spend_process
from dbt_retention.sql_functions.action_effects import Arms, fit_factors
from dbt_retention.sql_functions.choice_prices import Candidates, fit_prices
from dbt_retention.sql_functions.phone_numbers import phone_e164
from dbt_retention.sql_functions.purchase_process import Parameters, Statistics, fit

Arrow: TypeAlias = Any  # pa.Array | pa.ChunkedArray; pyarrow has no types


@dataclass(frozen=True)
class SqlFunction:
    """A function of Arrow columns of one length, at least one row; its result has as many rows."""

    name: str
    call: Callable[..., Arrow]
    returns: Any  # pa.DataType


def sql_functions(models_path: Path) -> list[SqlFunction]:
    """All functions, with the models of the registry in `models_path`."""
    scorer = Scorer(Registry(models_path))

    def onnx_score(*arguments: Arrow) -> Arrow:
        model, rows = _model_and_rows(scorer, arguments, usage="onnx_score('churn', row)", count=2)
        return pa.array(model.scores(model.matrix(struct_rows(rows))))

    def onnx_cluster(*arguments: Arrow) -> Arrow:
        model, rows = _model_and_rows(scorer, arguments, usage="onnx_cluster('segments', row)", count=2)
        model.require("cluster")
        return pa.array(model.clusters(model.matrix(struct_rows(rows))))

    def onnx_explain(*arguments: Arrow) -> Arrow:
        usage = "onnx_explain('churn', '[[\"feature\"], …]', orderings, row)"
        model, rows = _model_and_rows(scorer, arguments, usage=usage, count=4)
        model.require("probability")
        groups = json.loads(arguments[1][0].as_py())
        orderings = arguments[2][0].as_py()
        contributions = group_contributions(
            model, model.matrix(struct_rows(rows)), groups, orderings=orderings
        )
        return pa.array(list(contributions), type=pa.list_(pa.float64()))

    def onnx_sentiment(version: Arrow, texts: Arrow) -> Arrow:
        wanted = [text if known else None for known, text in zip(_items(version), _items(texts), strict=True)]
        if not any(text is not None for text in wanted):
            return pa.nulls(len(wanted), pa.float64())  # there may be no model
        return pa.array(scorer.model(SENTIMENT).sentiments(wanted), type=pa.float64())

    def fit_purchase_process(*arguments: Arrow) -> Arrow:
        rows = zip(*(_items(column) for column in arguments), strict=True)
        return pa.array([_fitted(row) for row in rows], type=_PROCESS)

    def fit_spend(purchases: Arrow, means: Arrow) -> Arrow:
        rows = zip(_items(purchases), _items(means), strict=True)
        return pa.array([_fitted_spend(x, mean) for x, mean in rows], type=_SPEND)

    def fit_action_effect(*arguments: Arrow) -> Arrow:
        rows = zip(*(_items(column) for column in arguments), strict=True)
        return pa.array(_factors(list(rows)), type=_FACTOR)

    def fit_choice_prices(*arguments: Arrow) -> Arrow:
        rows = zip(*(_items(column) for column in arguments), strict=True)
        return pa.array(_prices(list(rows)), type=_PRICES)

    def expected_purchases(process: Arrow, *arguments: Arrow) -> Arrow:
        columns = [column.cast(pa.float64()).to_numpy(zero_copy_only=False) for column in arguments]
        expected = _expected_purchases(process[0].as_py(), np.column_stack(columns))
        return pa.array(expected, from_pandas=True)

    def phones_e164(phones: Arrow, regions: Arrow) -> Arrow:
        rows = zip(_items(phones), _items(regions), strict=True)
        return pa.array([phone_e164(phone, region=region) for phone, region in rows], type=pa.string())

    return [
        SqlFunction("onnx_score", onnx_score, pa.float32()),
        SqlFunction("onnx_cluster", onnx_cluster, pa.int64()),
        SqlFunction("onnx_explain", onnx_explain, pa.list_(pa.float64())),
        SqlFunction("onnx_sentiment", onnx_sentiment, pa.float64()),
        SqlFunction("fit_purchase_process", fit_purchase_process, _PROCESS),
        SqlFunction("fit_spend", fit_spend, _SPEND),
        SqlFunction("fit_action_effect", fit_action_effect, _FACTOR),
        SqlFunction("fit_choice_prices", fit_choice_prices, _PRICES),
        SqlFunction("expected_purchases", expected_purchases, pa.float64()),
        SqlFunction("phone_e164", phones_e164, pa.string()),
    ]


def _doubles(*names: str) -> Any:
    return pa.struct([(name, pa.float64()) for name in names])


_PROCESS = _doubles("r", "alpha", "a", "b", "log_likelihood")
_SPEND = _doubles("p", "q", "v", "log_likelihood")
_FACTOR = _doubles("mean", "standard_error")
_PRICES = _doubles("place_price", "budget_price")


def _fitted(row: tuple[Any, ...]) -> dict[str, float]:
    process, *columns = row
    return asdict(fit(process, Statistics(*(np.asarray(column, dtype=float) for column in columns))))


def _fitted_spend(purchases: list[float] | None, means: list[float] | None) -> dict[str, float] | None:
    if not purchases or not means:
        return None
    return asdict(spend_process.fit_spend(np.asarray(purchases, float), np.asarray(means, float)))


def _factors(rows: list[tuple[Any, ...]]) -> list[dict[str, float]]:
    """Factors of the action and tier that each row names; all rows show the same arms."""
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


def _prices(rows: list[tuple[Any, ...]]) -> list[dict[str, float]]:
    """Prices of the action that each row names; all rows have the same limits and candidates."""
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


def _expected_purchases(process: str, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rows of r, alpha, a, b, x, t_x, T and the time ahead; the first four are the same in most."""
    expected = np.full(len(rows), np.nan)
    known = ~np.isnan(rows).any(axis=1)
    for parameters in np.unique(rows[known, :4], axis=0):
        of_these = known & (rows[:, :4] == parameters).all(axis=1)
        r, alpha, a, b = (float(value) for value in parameters)
        fitted = Parameters(r=r, alpha=alpha, a=a, b=b, log_likelihood=float("nan"))
        expected[of_these] = purchase_process.expected_purchases(process, fitted, *rows[of_these, 4:].T)
    return expected


def _items(column: Arrow) -> list[Any]:
    items: list[Any] = column.to_pylist()
    return items


def _model_and_rows(
    scorer: Scorer, arguments: tuple[Arrow, ...], *, usage: str, count: int
) -> tuple[LoadedModel, Arrow]:
    if len(arguments) != count:
        raise RetentionError(f"got {len(arguments)} argument(s); expected {usage}")
    name = arguments[0][0].as_py()
    if not isinstance(name, str):
        raise RetentionError(f"the model's name is {name!r}; expected {usage}")
    return scorer.model(name), arguments[-1]
