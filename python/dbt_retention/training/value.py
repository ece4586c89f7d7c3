"""Trains the regression of spend: what a customer spends within the horizon, from the feature families.

It is one of the methods of expected value. SQL compares them on the test date and chooses (ml_value_methods).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from sklearn.ensemble import HistGradientBoostingRegressor

from dbt_retention.arrays import Floats
from dbt_retention.errors import ExportParityError
from dbt_retention.registry.card import Card, Interval, ValueTraining
from dbt_retention.registry.store import Registry
from dbt_retention.training.candidates import SMALL_TREES
from dbt_retention.training.champion import new_card
from dbt_retention.training.churn import train_churn
from dbt_retention.training.export import export_spend
from dbt_retention.training.rows import (
    SPEND,
    ShopFacts,
    dates_of,
    feature_matrix,
    feature_names,
    is_split,
    learnable_features,
    still_fits,
    without_date_features,
)
from dbt_retention.training.season import season_of
from dbt_retention.training.settings import ChurnSettings, read_settings
from dbt_retention.training.transformers import without_noise

VALUE = "value"
VALUE_VERSION = "value_model_version"
PRIOR_CUSTOMERS = 100  # as in the macro _shrunk_ratio
MIN_SPENDERS = 200  # training rows with spend in the horizon; with fewer, the other methods have to do


def train_churn_and_value(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """Train the churn model, then the regression of spend; the table of `train_churn`.

    rows, settings: as `train_churn`; spend_in_horizon_amount of `rows` is the net spend in the label window.
    value_model_version is the version of the regression, the same in every row; null = there is none.
    """
    before = registry.usable_champion_card("churn")
    table = train_churn(rows, settings=settings, registry=registry)
    [version, *_] = table["model_version"].to_pylist()
    card = train_value(
        rows,
        settings=read_settings(ChurnSettings, settings),
        registry=registry,
        is_new=before is None or before.version != version,
    )
    at = table.schema.get_field_index(VALUE_VERSION)
    column = pa.array([card.version if card else None] * len(table), pa.string())
    return table.set_column(at, VALUE_VERSION, column)


def train_value(rows: pa.Table, *, settings: ChurnSettings, registry: Registry, is_new: bool) -> Card | None:
    """The card of the regression of spend; None where no spend, or too little of it, is known.

    is_new: whether the churn model was just trained; then the regression is too. Otherwise a champion that
    still fits the rows and the vars is kept.
    """
    if SPEND not in rows.column_names:
        return None
    season = season_of(rows)
    train, test = (_known(rows, split) for split in ("train", "test"))
    offered = feature_names(rows)
    features = learnable_features(train, offered)
    features = without_date_features(train, features)  # SQL applies the season
    shop = ShopFacts.of(rows) if len(rows) else None
    test_date = dates_of(test).max().astype(date) if len(test) else None

    def is_valid(card: Card) -> bool:
        value = card.value
        return (
            value is not None
            and still_fits(card, offered=offered, filled=features)
            and shop is not None
            and value.churn_horizon_days == shop.churn_horizon_days
            and value.lookback_days == settings.lookback_days
            and value.orders_input == settings.orders_input
            and value.uses_season == season.is_used
            and test_date is not None
            and _label_end(value.training_dates[-1], value.churn_horizon_days) <= test_date
        )

    kept = registry.usable_champion_card(VALUE)
    if kept is not None and is_valid(kept) and (not is_new or settings.training_policy == "never"):
        return kept
    spend = np.maximum(train[SPEND].cast(pa.float64()).to_numpy(), 0.0)
    if (
        settings.training_policy == "never"
        or shop is None
        or not features
        or test_date is None
        or (spend > 0).sum() < MIN_SPENDERS
    ):
        return None

    matrix, test_matrix = feature_matrix(train, features), feature_matrix(test, features)
    of_train, of_test = dates_of(train), dates_of(test)
    usual = spend / season.ratios(of_train, trained_on=of_train)
    mean = float(usual.mean())
    trees = _spend_trees().fit(without_noise(matrix), usual / mean)
    newest = of_train == of_train.max()
    mean *= _level(usual[newest], trees.predict(matrix[newest]) * mean)
    try:
        onnx_bytes, parity = export_spend(trees, np.vstack([matrix, test_matrix]), mean=mean)
    except ExportParityError:
        return None
    expected = trees.predict(test_matrix) * mean * season.ratios(of_test, trained_on=of_train)
    card = new_card(
        model=VALUE,
        kind="amount",
        learned_from=test_date.isoformat(),
        onnx_bytes=onnx_bytes,
        features=features,
        matrix=matrix,
        offered=offered,
        parity=parity,
        value=ValueTraining(
            churn_horizon_days=shop.churn_horizon_days,
            lookback_days=settings.lookback_days,
            orders_input=settings.orders_input,
            training_dates=[str(day) for day in np.unique(of_train)],
            test_date=test_date.isoformat(),
            rows=len(train),
            spend_avg=float(spend.mean()),
            uses_season=season.is_used,
        ),
        test_metrics=_errors(test[SPEND].cast(pa.float64()).to_numpy(), expected),
        intended_use=(
            f"Expected spend of a customer within {shop.churn_horizon_days} days, churn included: one of the "
            "methods of expected value. Which method is used, and the error of each against the naive rate: "
            "select * from ml_value_methods."
        ),
        limits=(
            "Trained on the past of one shop; expected spend is a mean, not a promise for one customer. "
            "It does not know prices or assortments that are planned."
        ),
    )
    registry.publish(card, onnx_bytes)
    return card


def _spend_trees() -> HistGradientBoostingRegressor:
    """Small trees as in the candidate gradient_boosting; Poisson deviance, because spend is a skewed mean."""
    return HistGradientBoostingRegressor(loss="poisson", **SMALL_TREES)


def _level(actual: Floats, expected: Floats) -> float:
    """Actual over expected spend of the newest training date, drawn towards 1; both of shape (rows,).

    The trees learn the mean of all dates. Levels drift, and the newest one is the best guess of the next.
    """
    ratio = actual.sum() / expected.sum()
    return float((len(actual) * ratio + PRIOR_CUSTOMERS) / (len(actual) + PRIOR_CUSTOMERS))


def _known(rows: pa.Table, split: str) -> pa.Table:
    """The rows of a split whose spend is known."""
    return rows.filter(pa.compute.and_(is_split(rows, split), pa.compute.is_valid(rows[SPEND])))


def _errors(actual: Floats, expected: Floats) -> dict[str, Interval]:
    """Errors on the test date with 95 % intervals over customers: bias is expected minus actual spend."""
    error = expected - actual
    return {
        "bias": _mean(error),
        "mean_absolute_error": _mean(np.abs(error)),
    }


def _mean(values: Floats) -> Interval:
    centre, half = float(values.mean()), float(1.96 * values.std() / np.sqrt(len(values)))
    return Interval(value=centre, lower=centre - half, upper=centre + half)


def _label_end(training_date: str, horizon_days: int) -> date:
    return date.fromisoformat(training_date) + timedelta(days=horizon_days)
