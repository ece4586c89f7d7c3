"""Earlier predictions are kept, compared and judged; drift retrains once."""

from __future__ import annotations

import re
from typing import Any

import duckdb
import numpy as np
import pytest
from conftest import Shop, copy_of
from dbt_retention.registry.store import read_card
from sklearn.metrics import log_loss, roc_auc_score

LATER: dict[str, Any] = {"as_of_date": "2024-08-06", "training_policy": "auto"}


@pytest.fixture(scope="module")
def later(built_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The example shop, built again five weeks later without new orders: everything drifts."""
    shop = copy_of(built_shop, tmp_path_factory.mktemp("later"))
    shop.build(
        "--select", "+mart_early_warning_alerts", "+mart_champion_challenger", "mart_model_versions",
        "--full-refresh", **LATER,
    )  # fmt: skip
    return shop


def test_the_history_keeps_both_dates(built_shop: Shop, later: Shop) -> None:
    """The second build was a full refresh."""
    first = built_shop.query("from mart_early_warning_history order by customer_id")
    assert (
        later.query("from mart_early_warning_history where as_of_date < '2024-08-06' order by customer_id")
        == first
    )
    assert len(first) == len(built_shop.query("from mart_early_warning"))
    said = "select customer_id, as_of_date, churn_probability, risk_tier, value_at_risk from"
    assert later.query(
        f"{said} mart_early_warning_history where as_of_date = '2024-08-06' order by customer_id"
    ) == later.query(f"{said} mart_early_warning order by customer_id")
    kept = "select customer_id, as_of_date, churn_probability, churn_definition, churn_horizon_days from"
    assert later.query(f"{kept} ml_churn_score_history order by all") == later.query(
        f"{kept} mart_early_warning_history order by all"
    )


def test_changes_are_the_differences_between_two_builds(built_shop: Shop, later: Shop) -> None:
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
    for customer, probability, value, change, value_change, tier in later.query(
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


def test_alerts_compare_both_dates(built_shop: Shop, later: Shop) -> None:
    """There are no alerts on the first scoring date."""
    at_risk = "select customer_id from mart_early_warning where risk_tier in ('critical', 'high')"
    first = set(built_shop.query(at_risk))
    assert first
    assert built_shop.query("from mart_early_warning_alerts") == []
    new = set(later.query(at_risk)) - first
    assert new
    assert new == set(
        later.query("select customer_id from mart_early_warning_alerts where alert_type = 'newly_at_risk'")
    )


@pytest.mark.whole_shop
def test_drift_retrains_once(built_shop: Shop, later: Shop) -> None:
    """Another build on the same as_of_date changes no table and no file."""
    roles = dict(later.query("select role, model_version from mart_model_versions"))
    assert roles.keys() == {"champion", "challenger"}
    assert built_shop.query("select distinct model_version from mart_early_warning") == [
        (roles["challenger"],)
    ]
    assert later.query("select distinct model_version from mart_early_warning") == [(roles["champion"],)]
    [(because,)] = later.query("select trained_because from mart_model_versions where role = 'champion'")
    assert re.search(r"\d+ of \d+ features have drifted", because)
    assert built_shop.query("select trained_because from mart_model_versions") == [("there was no champion",)]

    tables = later.tables(like="m%")
    files = {path: path.stat().st_mtime_ns for path in later.models.rglob("*.*")}
    selected = ["ml_churn_model", "ml_churn_versions", "ml_churn_scores", "ml_risk_tiers"]
    later.build("--select", *selected, "mart_early_warning_history", "mart_early_warning", **LATER)
    assert later.tables(like="m%") == tables
    assert {path: path.stat().st_mtime_ns for path in later.models.rglob("*.*")} == files


def test_champion_and_challenger_metrics_equal_scikit_learn(later: Shop) -> None:
    rows = later.query(
        "select is_churned::int, judged.churn_probability, round(challenger.churn_probability, 6) "
        "from int_retention__judged_scores as judged "
        "inner join ml_challenger_scores as challenger using (customer_id, as_of_date) "
        "where evidence = 'test'"
    )
    truth, champion, challenger = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = {
        metric: figures
        for metric, *figures in later.query(
            "select metric, champion_value, challenger_value, champion_advantage, "
            "champion_advantage_lower_95, champion_advantage_upper_95 from mart_champion_challenger"
        )
    }
    rng = np.random.default_rng(1)
    samples = rng.integers(0, len(truth), (400, len(truth)))
    for metric, of, sign in (("auc", roc_auc_score, 1), ("log_loss", log_loss, -1)):
        one, other, advantage, lower, upper = found[metric]
        assert one == pytest.approx(of(truth, champion), abs=2e-6)
        assert other == pytest.approx(of(truth, challenger), abs=2e-6)
        assert advantage == pytest.approx(sign * (one - other), abs=2e-6)
        differences = [sign * (of(truth[at], champion[at]) - of(truth[at], challenger[at])) for at in samples]
        bootstrap = np.subtract(*np.quantile(differences, [0.975, 0.025]))
        assert 0.6 < (upper - lower) / bootstrap < 1.6, metric


def test_predictions_are_judged_after_their_window_has_closed(built_shop: Shop, later: Shop) -> None:
    """Predictions written on the test date, as by a build of that date, are judged like the test date."""
    assert later.query("select distinct evidence from int_retention__judged_scores") == [("test",)]
    connection = duckdb.connect(str(later.warehouse))
    connection.sql(
        "insert into mart_early_warning_history by name select customer_id, as_of_date, "
        "round(churn_probability, 6) as churn_probability, 'high' as risk_tier, 0 as expected_value_12m, "
        "0 as value_at_risk, 'Regulars' as segment_name, model_version, "
        "'fixed_horizon' as churn_definition, 60 as churn_horizon_days "
        "from ml_churn_scores where split = 'test'"
    )
    connection.close()
    judging = ["int_retention__judged_scores", "mart_realised_performance", "mart_calibration"]
    later.build("--select", *judging, **LATER)
    figures = "customers_count, churners_count, churn_probability_avg, churn_rate, auc, log_loss, brier"
    said, tested = (
        later.query(
            f"select {figures}, auc_lower_95, auc_upper_95 from mart_realised_performance "
            f"where evidence = '{evidence}' and group_type = 'all'"
        )
        for evidence in ("realised", "test")
    )
    assert said == tested
    assert later.query(
        f"select {figures} from mart_realised_performance "
        "where group_name = 'Regulars' and evidence = 'realised'"
    ) == [said[0][:7]]
    calibration = "select probability_bin, customers_count, churn_rate from mart_calibration where evidence ="
    assert sorted(later.query(f"{calibration} 'realised'")) == sorted(later.query(f"{calibration} 'test'"))


def test_realised_performance_of_the_test_date_equals_model_performance(built_shop: Shop) -> None:
    [(auc, brier, lower, upper)] = built_shop.query(
        "select auc, brier, auc_lower_95, auc_upper_95 from mart_realised_performance "
        "where evidence = 'test' and group_type = 'all'"
    )
    expected = {
        metric: figures
        for metric, *figures in built_shop.query(
            "select metric, metric_value, lower_95, upper_95 from mart_model_performance"
        )
    }
    assert auc == pytest.approx(expected["auc"][0], abs=2e-6)
    assert brier == pytest.approx(expected["brier"][0], abs=2e-6)
    assert 0.7 < (upper - lower) / (expected["auc"][2] - expected["auc"][1]) < 1.4
    segments = built_shop.query(
        "select customers_count from mart_realised_performance where group_type = 'segment'"
    )
    [(everybody,)] = built_shop.query(
        "select customers_count from mart_realised_performance where group_type = 'all'"
    )
    assert len(segments) > 1
    assert sum(count for (count,) in segments) == everybody


def test_importance_equals_the_card(built_shop: Shop) -> None:
    [(version,)] = built_shop.query("select model_version from mart_model_versions where role = 'champion'")
    card = read_card(built_shop.models / "churn" / version)
    found = built_shop.query("select name, importance from mart_feature_importance where subject = 'feature'")
    assert dict(found) == pytest.approx(card.importance, abs=1e-6)
    assert built_shop.query("select count(*) from mart_feature_importance where in_words is null") == [(0,)]
    reasons = built_shop.query(
        "select name, importance from mart_feature_importance where subject = 'reason' "
        "order by importance_rank"
    )
    assert reasons == built_shop.query(
        "select reason, round(avg(abs(contribution_log_odds)), 6) as pull from ml_churn_reasons "
        "group by reason order by pull desc, reason"
    )


def test_an_invalid_tier_is_refused(built_shop: Shop) -> None:
    for wrong, words in (
        (
            {"risk_tier_capacity": {"urgent": 5}},
            "the tiers of risk_tier_thresholds are critical, high, medium",
        ),
        (
            {"risk_tier_capacity": {"critical": 2.5}},
            "{'critical': 2.5}'; expected {name: a whole number from 0",
        ),
        ({"alert_tiers": ["urgent"]}, "alert_tiers names the tier 'urgent'; the tiers of"),
    ):
        done = built_shop.dbt("compile", "--select", "ml_risk_tiers", "mart_early_warning_alerts", **wrong)
        assert done.returncode != 0
        assert words in " ".join(done.stdout.split()), done.stdout
