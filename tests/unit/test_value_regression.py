"""The regression of spend finds what spend depends on, follows the season, and stays with its churn model."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pytest
from dbt_retention.errors import ModelAlteredError
from dbt_retention.registry.card import Card
from dbt_retention.registry.readme import readme_of
from dbt_retention.registry.scoring import Scorer, load
from dbt_retention.registry.store import Registry
from dbt_retention.sql_functions.model_functions import model_functions
from dbt_retention.training import value
from dbt_retention.training.rows import feature_names
from dbt_retention.training.settings import ChurnSettings, read_settings
from dbt_retention.training.value import train_churn_and_value, train_value

SETTINGS: dict[str, Any] = {
    "training_policy": "if_missing",
    "input_orders": "orders",
    "churn_candidates": ["logistic_regression"],
    "min_buyers": 10,
    "min_history_days": 10,
    "min_training_churners": 10,
}
RATES = {1: 0.2, 2: 0.2, 3: 1.0, 4: 1.3, 5: 2.5, 6: 2.0, 7: 0.6}  # the last month is the test date


def shop(rows: int = 1500, *, with_season: bool = False, spend: bool = True) -> pa.Table:
    """Customers buy at the rate exp(log_rate), for 10 an order, or 30 if `is_large`.

    One of a hundred has no known amount.
    """
    random = np.random.default_rng(5)
    parts = []
    for month, season in RATES.items():
        log_rate = random.normal(0, 0.7, rows)
        is_large = random.random(rows) < 0.3
        orders = random.poisson(np.exp(log_rate) * (season if with_season else 1.0))
        amount = orders * np.where(is_large, 30.0, 10.0)
        known = np.where(random.random(rows) < 0.01, np.nan, amount)
        columns = {
            "customer_id": pa.array([f"C{row}" for row in range(rows)]),
            "as_of_date": pa.array([date(2024, month, 1)] * rows),
            "split": pa.array(["test" if month == max(RATES) else "train"] * rows),
            "is_churned": pa.array(orders == 0),
            "spend_in_horizon_amount": pa.array(known if spend else known * np.nan, from_pandas=True),
            "churn_horizon_days": pa.array([28] * rows),
            "history_days": pa.array([700] * rows),
            "buyers_count": pa.array([rows] * rows),
            "drifted_features_count": pa.array([0] * rows),
            "season_index": pa.array([season if with_season else None] * rows, pa.float64()),
            "season_note": pa.array([""] * rows),
            "log_rate": pa.array(log_rate.astype(np.float32)),
            "is_large": pa.array(is_large.astype(np.float32)),
            "month": pa.array([float(month)] * rows, pa.float32()),
        }
        parts.append(pa.table(columns))
    return pa.concat_tables(parts)


def trained(rows: pa.Table, folder: Path, **settings: Any) -> Card | None:
    table = train_churn_and_value(rows, settings=SETTINGS | settings, registry=Registry(folder))
    card = Registry(folder).champion_card("value")
    versions = set(table["value_model_version"].to_pylist())
    assert versions in ({card.version} if card else {None}, {None})
    return card if versions != {None} else None


def test_spend_is_no_feature() -> None:
    assert feature_names(shop(10)) == ["log_rate", "is_large", "month"]


def test_the_regression_finds_what_spend_depends_on(tmp_path: Path) -> None:
    """Its error is that of somebody who knows the rate and the amount of every customer, within 3 %."""
    rows = shop()
    card = trained(rows, tmp_path)
    assert card is not None
    assert card.features == ["log_rate", "is_large"], "a feature that only tells the date is left out"
    test = rows.filter(
        pa.compute.and_(pa.compute.equal(rows["split"], "test"), rows["spend_in_horizon_amount"].is_valid())
    )
    actual = test["spend_in_horizon_amount"].to_numpy()
    truth = np.exp(test["log_rate"].to_numpy()) * np.where(test["is_large"].to_numpy() == 1, 30, 10)
    expected = load(tmp_path / "value" / card.version).scores(
        load(tmp_path / "value" / card.version).matrix(test)
    )
    best = float(np.sqrt(np.mean((truth - actual) ** 2)))
    assert np.sqrt(np.mean((expected - actual) ** 2)) <= 1.03 * best
    assert np.sqrt(np.mean((actual.mean() - actual) ** 2)) >= 1.3 * best
    assert abs(expected.mean() / actual.mean() - 1) <= 0.05
    assert card.test_metrics["mean_absolute_error"].value == pytest.approx(
        np.abs(expected - actual).mean(), rel=1e-4
    )
    assert card.test_metrics["bias"].lower < 0 < card.test_metrics["bias"].upper
    text = readme_of(card)
    assert "within 28 days" in text
    assert "## Metrics on the test date 2024-07-01" in text
    assert "select * from ml_value_methods" in text


def test_with_the_season_the_regression_is_that_of_an_average_season(tmp_path: Path) -> None:
    """Without the season, much more spend is expected in the quiet test month than came."""
    biases = {}
    for knows in (True, False):
        rows = shop(with_season=True)
        if not knows:
            empty = pa.nulls(len(rows), pa.float64())
            rows = rows.set_column(rows.column_names.index("season_index"), "season_index", empty)
        card = trained(rows, tmp_path / str(knows))
        assert card is not None
        assert card.value is not None
        assert card.value.uses_season is knows
        spend = rows.filter(pa.compute.equal(rows["split"], "test"))["spend_in_horizon_amount"]
        biases[knows] = card.test_metrics["bias"].value / pa.compute.mean(spend).as_py()
    assert abs(biases[True]) <= 0.1
    assert biases[False] >= 0.5


def test_the_regression_has_the_level_of_the_newest_training_date(tmp_path: Path) -> None:
    """All spend doubled after the fifth training date, and stays so; the trees know the mean of all dates."""
    rows = shop()
    late = pa.compute.greater_equal(rows["as_of_date"], date(2024, 6, 1))
    spend = rows["spend_in_horizon_amount"]
    doubled = pa.compute.if_else(late, pa.compute.multiply(spend, 2.0), spend)
    rows = rows.set_column(
        rows.column_names.index("spend_in_horizon_amount"), "spend_in_horizon_amount", doubled
    )
    card = trained(rows, tmp_path)
    assert card is not None
    actual = pa.compute.mean(rows.filter(pa.compute.equal(rows["split"], "test"))["spend_in_horizon_amount"])
    assert -0.15 <= card.test_metrics["bias"].value / actual.as_py() <= 0.05


def test_the_regression_is_kept_and_trained_with_the_churn_model(tmp_path: Path) -> None:
    first = trained(shop(), tmp_path)
    assert first is not None
    assert trained(shop(1400), tmp_path) == first, "the champion still fits, other rows do not replace it"
    other = trained(shop(1400), tmp_path, training_policy="always")
    assert other is not None
    assert other.version != first.version
    for change in ({"lookback_days": 90}, {"input_orders": "other"}):
        settings = read_settings(ChurnSettings, SETTINGS | change)
        new = train_value(shop(), settings=settings, registry=Registry(tmp_path), is_new=False)
        assert new is not None
        assert new.value is not None
        assert (new.value.lookback_days, new.value.orders_input) == (
            settings.lookback_days,
            settings.orders_input,
        )


def test_without_known_spend_there_is_no_regression(tmp_path: Path) -> None:
    assert trained(shop(spend=False), tmp_path / "unknown") is None
    rows = shop().drop_columns(["spend_in_horizon_amount"])
    assert trained(rows, tmp_path / "no column") is None
    nothing = pa.array(np.where(np.arange(len(rows)) < value.MIN_SPENDERS - 1, 5.0, 0.0))
    assert trained(rows.append_column("spend_in_horizon_amount", nothing), tmp_path / "few") is None
    assert not (tmp_path / "few" / "value").exists()


def test_a_model_that_is_null_scores_null(tmp_path: Path) -> None:
    [score] = [one for one in model_functions(Scorer(Registry(tmp_path))) if one.name == "onnx_score"]
    rows = pa.array([{"log_rate": 1.0}] * 3)
    assert score.call(pa.array([None] * 3, pa.string()), rows).null_count == 3


def test_an_infinite_spend_is_refused(tmp_path: Path) -> None:
    card = trained(shop(), tmp_path)
    assert card is not None
    model = load(tmp_path / "value" / card.version)
    with pytest.raises(ModelAlteredError, match="returned inf as amount"):
        model._in_range(np.array([np.inf], dtype=np.float32))
