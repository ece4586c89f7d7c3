"""With a season, the model learns an average one, and its probabilities follow the season of the date."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from dbt_retention.registry.card import Card
from dbt_retention.registry.readme import readme_of
from dbt_retention.registry.store import Registry
from dbt_retention.training.churn import train_churn
from dbt_retention.training.season import Season

NOTE = "On 5 past dates, the season of the year before lowers the log loss: 0.6 without, 0.5 with."
RATES = {1: 0.6, 2: 0.8, 3: 1.0, 4: 1.3, 5: 1.7, 6: 1.2, 7: 0.6}  # the last month is the test date
SETTINGS: dict[str, Any] = {
    "training_policy": "if_missing",
    "input_orders": "orders",
    "churn_candidates": ["logistic_regression"],
    "min_buyers": 10,
    "min_history_days": 10,
    "min_training_churners": 10,
}


def seasonal_shop(*, with_season: bool, rows: int = 1500) -> pa.Table:
    """Customers buy at a rate of their own times that of the month; the feature `month` tells the date."""
    random = np.random.default_rng(5)
    parts = []
    for month, season in RATES.items():
        rate = random.gamma(1.5, 0.6, rows)
        parts.append(
            pa.table(
                {
                    "customer_id": pa.array([f"C{row}" for row in range(rows)]),
                    "as_of_date": pa.array([date(2024, month, 1)] * rows),
                    "split": pa.array(["test" if month == max(RATES) else "train"] * rows),
                    "is_churned": pa.array(random.random(rows) < np.exp(-rate * season)),
                    "churn_horizon_days": pa.array([28] * rows),
                    "history_days": pa.array([700] * rows),
                    "buyers_count": pa.array([rows] * rows),
                    "drifted_features_count": pa.array([0] * rows),
                    "season_index": pa.array([season if with_season else None] * rows, pa.float64()),
                    "season_note": pa.array([NOTE if with_season else "No second year."] * rows),
                    "log_rate": pa.array(np.log(rate).astype(np.float32)),
                    "month": pa.array([float(month)] * rows, pa.float32()),
                }
            )
        )
    return pa.concat_tables(parts)


def trained(rows: pa.Table, folder: Path) -> Card:
    registry = Registry(folder)
    train_churn(rows, settings=SETTINGS, registry=registry)
    card = registry.champion_card("churn")
    assert card is not None
    return card


def test_probabilities_come_true_in_a_quiet_month_only_with_the_season(tmp_path: Path) -> None:
    errors = {}
    for with_season in (True, False):
        card = trained(seasonal_shop(with_season=with_season), tmp_path / str(with_season))
        assert card.churn is not None
        assert card.churn.uses_season is with_season
        errors[with_season] = card.test_metrics["expected_calibration_error"].value
    assert errors[True] <= 0.04  # the rest is the logistic curve, which is not the one of the labels
    assert errors[False] >= 0.1


def test_a_feature_that_only_tells_the_date_is_left_out_with_a_season(tmp_path: Path) -> None:
    card = trained(seasonal_shop(with_season=True), tmp_path / "with")
    assert card.features == ["log_rate"]
    assert card.left_out_features == ["month"]
    assert f"**Season.** {NOTE}" in readme_of(card)
    card = trained(seasonal_shop(with_season=False), tmp_path / "without")
    assert "**Season.** No second year." in readme_of(card)


def test_a_champion_is_kept_while_the_season_is_used_as_when_it_was_trained(tmp_path: Path) -> None:
    first = trained(seasonal_shop(with_season=False), tmp_path)
    assert trained(seasonal_shop(with_season=False), tmp_path).version == first.version
    second = trained(seasonal_shop(with_season=True), tmp_path)
    assert second.version != first.version
    assert second.trained_because == "the champion no longer fitted the features, the labels or the vars"


def test_a_ratio_compares_with_the_training_rows_and_is_1_without_a_rate() -> None:
    days = np.array(["2024-01-01", "2024-01-31", "2024-03-01"], dtype="datetime64[D]")
    season = Season({days[0]: 0.5, days[1]: 2.0})
    found = season.ratios(days, trained_on=days[[0, 0, 1, 1]])
    np.testing.assert_allclose(found, [0.5, 2.0, 1.0])
    assert Season({}).ratios(days, trained_on=days).tolist() == pytest.approx([1, 1, 1])
