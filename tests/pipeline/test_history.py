"""What was said on earlier mornings: kept, compared with, and told as alerts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Shop, seeds_shop


def copy_of(shop: Shop, folder: Path) -> Shop:
    """A shop of its own with the warehouse and the models of another."""
    copied = seeds_shop(folder)
    copied.warehouse.parent.mkdir()
    shutil.copy(shop.warehouse, copied.warehouse)
    shutil.copytree(shop.models, copied.models)
    return copied


@pytest.fixture(scope="module")
def next_morning(built_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The example shop, built again a day later, without any new order."""
    shop = copy_of(built_shop, tmp_path_factory.mktemp("next"))
    shop.build("--select", "+mart_early_warning_alerts", "--full-refresh", as_of_date="2024-07-03")
    return shop


def test_the_history_keeps_both_mornings(built_shop: Shop, next_morning: Shop) -> None:
    """Even where the second build was a full refresh."""
    first = built_shop.query("from mart_early_warning_history order by customer_id")
    assert (
        next_morning.query(
            "from mart_early_warning_history where as_of_date < '2024-07-03' order by customer_id"
        )
        == first
    )
    assert len(first) == len(built_shop.query("from mart_early_warning"))
    said = "select customer_id, as_of_date, churn_probability, risk_tier, value_at_risk from"
    assert next_morning.query(
        f"{said} mart_early_warning_history where as_of_date = '2024-07-03' order by customer_id"
    ) == next_morning.query(f"{said} mart_early_warning order by customer_id")


def test_changes_are_those_between_the_two_builds(built_shop: Shop, next_morning: Shop) -> None:
    assert built_shop.query(
        "select count(*) from mart_early_warning where probability_change is not null "
        "or previous_as_of_date is not null"
    ) == [(0,)]
    before = {
        customer: figures
        for customer, *figures in built_shop.query(
            "select customer_id, churn_probability, risk_tier, value_at_risk from mart_early_warning"
        )
    }
    changed = 0
    for customer, probability, value, change, value_change, tier in next_morning.query(
        "select customer_id, churn_probability, value_at_risk, probability_change, value_at_risk_change, "
        "previous_risk_tier from mart_early_warning"
    ):
        if customer not in before:
            assert (change, value_change, tier) == (None, None, None)
            continue
        old_probability, old_tier, old_value = before[customer]
        assert tier == old_tier
        assert change == pytest.approx(probability - old_probability, abs=1e-9)
        assert value_change == pytest.approx(value - old_value, abs=1e-6)
        changed += change != 0
    assert changed > 100


def test_alerts_follow_from_both_mornings(built_shop: Shop, next_morning: Shop) -> None:
    at_risk = "select customer_id from mart_early_warning where risk_tier in ('critical', 'high')"
    first = set(built_shop.query(at_risk))
    assert first == set(
        built_shop.query(
            "select customer_id from mart_early_warning_alerts where alert_type = 'newly_at_risk'"
        )
    )
    new = set(next_morning.query(at_risk)) - first
    assert new
    assert new == set(
        next_morning.query(
            "select customer_id from mart_early_warning_alerts where alert_type = 'newly_at_risk'"
        )
    )


def test_the_same_morning_again_changes_nothing(next_morning: Shop) -> None:
    tables = next_morning.tables(like="mart_early_warning%")
    next_morning.build("--select", "ml_risk_tiers+", "--exclude", "monitoring", as_of_date="2024-07-03")
    assert next_morning.tables(like="mart_early_warning%") == tables
    assert len(tables) == 3


def test_a_tier_without_sense_is_refused(built_shop: Shop) -> None:
    for wrong, words in (
        (
            {"risk_tier_capacity": {"urgent": 5}},
            "the tiers of risk_tier_thresholds are critical, high, medium",
        ),
        ({"risk_tier_capacity": {"critical": 2.5}}, "'2.5'; expected null (no limit), a whole number"),
        ({"alert_tiers": ["urgent"]}, "alert_tiers names the tier 'urgent'; the tiers of"),
    ):
        done = built_shop.dbt("compile", "--select", "ml_risk_tiers", "mart_early_warning_alerts", **wrong)
        assert done.returncode != 0
        assert words in " ".join(done.stdout.split()), done.stdout
