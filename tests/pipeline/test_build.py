"""One `dbt build` on the example seeds: its tables, and the same tables in a second build."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from conftest import Shop
from dbt_retention.commands.one_customer import score_customer
from dbt_retention.registry.card import Card
from dbt_retention.training.metrics import binary_metrics, expected_calibration_error
from dbt_retention.warehouse import Target
from sentences import assert_sentences_hold

MARTS = (
    "mart_calibration",
    "mart_champion_challenger",
    "mart_churn_definitions",
    "mart_customer_segments",
    "mart_data_readiness",
    "mart_drift",
    "mart_decision_thresholds",
    "mart_early_warning",
    "mart_early_warning_alerts",
    "mart_early_warning_history",
    "mart_feature_importance",
    "mart_model_performance",
    "mart_model_versions",
    "mart_next_order_quality",
    "mart_segment_migration",
    "mart_realised_performance",
    "mart_segment_profiles",
    "mart_value_quality",
)


def champion(shop: Shop, model: str) -> Card:
    folder = shop.models / model
    version = json.loads((folder / "champion.json").read_text())["version"]
    return Card.model_validate_json((folder / version / "card.json").read_text())


@pytest.mark.whole_shop
def test_train_creates_champions_without_an_earlier_build(shop_of_seeds: Shop) -> None:
    shop = shop_of_seeds
    shop.environment |= {"DBT_TARGET_PATH": f"{shop.folder}/target", "DBT_LOG_PATH": f"{shop.folder}/logs"}
    done = shop.run("retention", "train", "--project", str(shop.project))
    assert done.returncode == 0, done.stderr
    assert "Trained. To score with the new models: retention build" in done.stdout
    assert {champion(shop, model).model for model in ("churn", "segments", "sentiment")} == {
        "churn", "segments", "sentiment"
    }  # fmt: skip


def test_every_customer_on_the_scoring_date_is_scored_once(built_shop: Shop) -> None:
    [(eligible,)] = built_shop.query("select count(*) from int_retention__spine where split = 'score'")
    [(scored, distinct)] = built_shop.query(
        "select count(*), count(distinct customer_id) from mart_early_warning"
    )
    assert eligible == scored == distinct > 100


def test_scores_carry_the_version_that_this_build_trained(built_shop: Shop) -> None:
    assert built_shop.query("select distinct model_version from ml_churn_scores") == [
        (champion(built_shop, "churn").version,)
    ]
    assert built_shop.query("select distinct model_version from mart_customer_segments") == [
        (champion(built_shop, "segments").version,)
    ]


def test_training_dates_close_before_the_test_date(built_shop: Shop) -> None:
    [(late,)] = built_shop.query(
        "select count(*) from int_retention__snapshots where split = 'train' and label_window_end_date > "
        "(select as_of_date from int_retention__snapshots where split = 'test')"
    )
    [(train,)] = built_shop.query("select count(*) from int_retention__snapshots where split = 'train'")
    assert late == 0
    assert train >= 3


def test_migration_counts_every_customer_of_both_dates_once(built_shop: Shop) -> None:
    moved = {
        (past, today): count
        for past, today, count in built_shop.query(
            "select coalesce(past.segment_number, 0), coalesce(today.segment_number, 0), count(*) "
            "from ml_past_segment_scores as past full join ml_segment_scores as today using (customer_id) "
            "group by all"
        )
    }
    eligible = dict(built_shop.query("select split, count(*) from int_retention__spine group by split"))
    assert sum(count for (past, _), count in moved.items() if past) == eligible["test"]
    assert sum(count for (_, today), count in moved.items() if today) == eligible["score"]
    shown = built_shop.query(
        "select from_segment_number, to_segment_number, customers_count from mart_segment_migration"
    )
    visible = {(past, today): count for past, today, count in shown if count}
    assert visible
    assert all(count == moved[pair] >= 5 for pair, count in visible.items()), "at least min_group_size"
    [(segments,)] = built_shop.query("select count(*) from mart_segment_profiles")
    assert len(shown) == (segments + 1) ** 2 - 1


def test_a_plain_client_reads_every_mart(built_shop: Shop) -> None:
    reader = (
        "import duckdb, sys\n"
        f"connection = duckdb.connect({str(built_shop.warehouse)!r}, read_only=True)\n"
        f"for mart in {MARTS}:\n"
        "    rows = connection.sql(f'select * from {mart}').fetchall()\n"
        "    assert rows or mart == 'mart_early_warning_alerts', mart  # no news on the first scoring date\n"
        "assert not any(name.startswith(('dbt', 'onnx')) for name in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", reader], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_performance_in_sql_equals_scikit_learn(built_shop: Shop) -> None:
    rows = built_shop.query(
        "select is_churned::int, round(churn_probability, 6), model_probability, season_probability "
        "from ml_churn_scores inner join int_retention__labels using (customer_id, as_of_date)"
    )
    labels, scores, model, season = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    [(threshold,)] = built_shop.query("select decision_threshold from ml_churn_model where is_champion")
    expected = binary_metrics(labels, scores, threshold=threshold) | {
        "expected_calibration_error_without_season": expected_calibration_error(labels, model),
        "expected_calibration_error_with_season": expected_calibration_error(labels, season),
    }
    found = dict(built_shop.query("select metric, metric_value from mart_model_performance"))
    assert found.keys() == expected.keys()
    for metric, value in expected.items():
        assert abs(found[metric] - value) <= 1e-6, metric


def test_decision_thresholds_in_sql_equal_the_card(built_shop: Shop) -> None:
    card = champion(built_shop, "churn")
    assert card.decisions.keys() == {"best_f1", "best_profit"}
    for name, expected in card.decisions.items():
        [found] = built_shop.query(
            "select threshold, true_positives_count, false_positives_count, false_negatives_count, "
            "true_negatives_count, accuracy, precision, recall, f1, profit_per_customer "
            f"from mart_decision_thresholds where threshold_name = '{name}'"
        )
        assert found == pytest.approx(tuple(expected.model_dump().values()), abs=1e-9), name


def test_intervals_in_sql_are_as_wide_as_bootstrap_intervals(built_shop: Shop) -> None:
    card = champion(built_shop, "churn")
    for metric in ("auc", "accuracy", "recall", "brier"):
        [(lower, upper)] = built_shop.query(
            f"select lower_95, upper_95 from mart_model_performance where metric = '{metric}'"
        )
        bootstrap = card.test_metrics[metric]
        assert 0.5 < (upper - lower) / (bootstrap.upper - bootstrap.lower) < 2, metric


def test_reasons_add_up_to_the_score(built_shop: Shop) -> None:
    spreads = built_shop.query(
        """
        select
            reasons.customer_id,
            ln(any_value(churn_probability) / (1 - any_value(churn_probability)))
            - sum(contribution_log_odds) as rest
        from ml_churn_reasons as reasons
        inner join ml_churn_scores as scores using (customer_id, as_of_date)
        group by reasons.customer_id
        """
    )
    rests = [rest for _, rest in spreads]
    assert len(rests) > 50
    assert max(rests) - min(rests) < 1e-3  # the rest is the median customer's score, the same for all


def test_retention_score_agrees_with_the_build(built_shop: Shop) -> None:
    """The customers with the highest, the lowest and a middle probability."""
    target = Target("retention", "duckdb", built_shop.warehouse, "main", built_shop.models)
    for order in ("churn_probability desc", "churn_probability", "hash(customer_id)"):
        [(customer, probability, *reasons)] = built_shop.query(
            "select customer_id, churn_probability, reason_1, reason_2, reason_3 "
            f"from mart_early_warning order by {order}, customer_id limit 1"
        )
        found = score_customer(target, customer)
        assert round(found.churn_probability, 6) == probability
        if any(reasons):
            assert found.reasons == [reason for reason in reasons if reason]
    done = built_shop.run("retention", "score", "--customer", customer, "--project", str(built_shop.project))
    assert done.returncode == 0, done.stderr
    assert f"Customer {customer} on " in done.stdout
    assert f"churn probability {probability:.1%}" in done.stdout
    unknown = built_shop.run(
        "retention", "score", "--customer", "unknown", "--project", str(built_shop.project)
    )
    assert unknown.returncode == 1
    assert "customer 'unknown' is not scored" in unknown.stderr


def test_warned_customers_have_reasons_supported_by_their_numbers(built_shop: Shop) -> None:
    assert_sentences_hold(built_shop)
    assert built_shop.query(
        "select count(*) from mart_early_warning where risk_tier = 'low' and reason_1 is not null"
    ) == [(0,)]


def test_drift_in_sql_equals_numpy(built_shop: Shop) -> None:
    """In the example shop every customer is in the sample."""
    for feature in ("days_since_last_order", "rating_avg_364d", "sentiment_avg_84d"):
        before, today = (
            np.array(
                [
                    np.nan if value is None else value
                    for (value,) in built_shop.query(
                        f"select {feature} from ml_features where split = '{split}'"
                    )
                ]
            )
            for split in ("train", "score")
        )
        known = np.sort(before[~np.isnan(before)])
        edges = [part[-1] for part in np.array_split(known, 10)[:9]]

        def shares(values: np.ndarray, edges: list[float] = edges) -> np.ndarray:
            bins = np.where(np.isnan(values), 10, np.searchsorted(edges, values, side="left"))
            return np.maximum(np.bincount(bins, minlength=11) / len(values), 0.0001)

        expected = float(((shares(today) - shares(before)) * np.log(shares(today) / shares(before))).sum())
        [(index, nulls, rows)] = built_shop.query(
            "select population_stability_index, today_null_share, today_rows_count from mart_drift "
            f"where subject = 'feature' and name = '{feature}'"
        )
        assert abs(index - expected) <= 2e-4, feature
        assert abs(nulls - np.isnan(today).mean()) <= 1e-4
        assert rows == len(today)


def test_expected_value_has_a_smaller_error_than_the_naive_rate(built_shop: Shop) -> None:
    rows = built_shop.query(
        "select method, is_chosen, absolute_error_avg, root_mean_squared_error from mart_value_quality "
        "where decile = 0"
    )
    errors = {method: tuple(values) for method, _, *values in rows}
    [chosen] = [method for method, is_chosen, *_ in rows if is_chosen]
    methods = {"model", "model_half_corrected", "model_corrected", "naive", "naive_corrected"}
    assert set(errors) == methods | {"regression", "blend"}
    assert errors[chosen] <= errors["naive"]
    assert errors[chosen][1] <= errors["naive"][1]
    assert errors["model"] < errors["naive"]
    assert built_shop.query("select distinct value_method from ml_customer_values") == [(chosen,)]
    bands = built_shop.query("select distinct orders_band from mart_value_quality where decile is null")
    assert {band for (band,) in bands} == {"1", "2", "3-5", "6+"}
    [(expected, actual)] = built_shop.query(
        "select sum(expected_value_horizon), sum(spend_in_horizon_amount) from ml_customer_values "
        "inner join int_retention__definition_labels using (customer_id, as_of_date)"
    )
    assert 0.7 < expected / actual < 1.4


def test_the_stock_forecast_chosen_before_the_test_date_is_no_worse_than_the_naive_one_on_it(
    built_shop: Shop,
) -> None:
    [(error, naive_error)] = built_shop.query(
        "select sum(abs(test_forecast_units - test_actual_units)), "
        "sum(abs(test_naive_units - test_actual_units)) from mart_inventory_warning"
    )
    assert 0 < error < naive_error


def test_each_date_s_stock_forecast_is_chosen_on_the_date_before(built_shop: Shop) -> None:
    methods = ["customers", "mean", "smoothed", "seasonal", "naive"]
    least_error = {
        split: methods[min(range(5), key=errors.__getitem__)]
        for split, *errors in built_shop.query(
            f"select split, {', '.join(f'sum(abs({name}_units - actual_units))' for name in methods)} "
            "from ml_product_demand where split <> 'score' group by split"
        )
    }
    chosen = built_shop.query(
        "select distinct forecast_method, test_forecast_method from mart_inventory_warning"
    )
    assert chosen == [(least_error["test"], least_error["choice"])]
    days = dict(built_shop.query("select distinct split, as_of_date from ml_product_demand"))
    [(horizon,)] = built_shop.query("select churn_horizon_days from int_retention__horizon")
    assert (days["test"] - days["choice"]).days == horizon


def test_the_next_order_interval_covers_about_80_percent(built_shop: Shop) -> None:
    [(coverage, customers)] = built_shop.query(
        "select coverage_share, customers_count from mart_next_order_quality"
    )
    assert customers > 300
    assert 0.7 < coverage < 0.9
    [(early, late)] = built_shop.query(
        "select count(*) filter (where next_order_from_date < as_of_date), "
        "count(*) filter (where next_order_until_date >= follow_up_end_date) from ml_next_order_dates"
    )
    assert early == late == 0


def test_readiness_of_the_example_shop_is_complete_but_for_a_second_year(built_shop: Shop) -> None:
    assert built_shop.query(
        "select subject, status from mart_data_readiness "
        "where subject_type not in ('feature family', 'order status') and status <> 'present'"
    ) == [("season", "missing")]
    statuses = built_shop.query(
        "select status, subject in ('cancelled', 'returned') "
        "from mart_data_readiness where subject_type = 'order status'"
    )
    assert set(statuses) == {("excluded", True), ("present", False)}
    families = built_shop.query(
        "select feature_family, features_count, customers_count, todays_customers_count "
        "from ml_feature_coverage"
    )
    for family, features, customers, todays in families:
        columns = [
            name
            for (name,) in built_shop.query(f"select column_name from (describe feat_{family})")
            if name not in ("customer_id", "as_of_date", "input_fingerprint")
        ]
        says_something = " or ".join(f"coalesce({name} <> 0, false)" for name in columns) or "false"
        assert features == len(columns)
        assert [(customers, todays)] == built_shop.query(
            f"select count(*) filter (where {says_something}), count(*) from feat_{family} "
            "inner join int_retention__spine using (customer_id, as_of_date) where split = 'score'"
        )
    [(share, wrote, todays)] = built_shop.query(
        "select any_value(coverage_share), count(distinct reviews.customer_id), "
        "count(distinct customers.customer_id) "
        "from mart_early_warning as customers "
        "left join stg_retention__reviews as reviews using (customer_id) "
        "cross join mart_data_readiness where subject = 'reviews'"
    )
    assert 0 < share == round(wrote / todays, 6) < 1


def test_dirty_seed_rows_are_rejected_and_kept(built_shop: Shop) -> None:
    for name in ("orders", "order_lines", "reviews"):
        [(given, accepted, rejected)] = built_shop.query(
            f"select (select count(*) from example_{name}), (select count(*) from stg_retention__{name}), "
            f"(select count(*) from stg_retention__rejected_rows where input_name = '{name}')"
        )
        assert rejected > 0
        assert accepted + rejected == given


@pytest.mark.whole_shop
def test_a_second_build_trains_nothing_and_creates_identical_tables(copied_shop: Shop) -> None:
    tables = copied_shop.tables()
    files = {path: path.stat().st_mtime_ns for path in copied_shop.models.rglob("*.*")}
    copied_shop.build()
    assert {path: path.stat().st_mtime_ns for path in copied_shop.models.rglob("*.*")} == files
    assert copied_shop.tables() == tables
    assert len(tables) > 25

    copied_shop.build("--select", "+mart_early_warning", churn_horizon_days=45)
    retrained = champion(copied_shop, "churn")
    assert retrained.churn is not None
    assert retrained.churn.churn_horizon_days == 45
    assert copied_shop.query("select distinct model_version from mart_early_warning") == [
        (retrained.version,)
    ]
    versions = [path.name for path in (copied_shop.models / "churn").iterdir() if path.is_dir()]
    assert len(versions) == 2, "the earlier version is kept"
