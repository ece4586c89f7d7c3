"""A leaking feature raises an alarm, and a model of shuffled labels predicts nothing."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import ROOT, Shop, foreign_shop, seed_orders
from dbt_retention.training.candidates import CANDIDATES
from sklearn.metrics import roc_auc_score

pytestmark = pytest.mark.whole_shop

KEYS = "customer_id, as_of_date, split, is_churned, season_index, season_note"
ORDERED = "from ml_training_set order by as_of_date, customer_id"
# A feature with leakage: it reads later orders. No rule of the rooms can see it in a shop's own project.
LEAK = """
    select
        spine.customer_id,
        spine.as_of_date,
        cast(count(orders.order_id) as double) as leak_orders_count_30d
    from {{ ref('retention', 'int_retention__spine') }} as spine
    left join {{ ref('my_orders') }} as orders
        on spine.customer_id = orders.customer_id
        and cast(orders.ordered_at as date) between spine.as_of_date and spine.as_of_date + 45
    group by spine.customer_id, spine.as_of_date
"""
PACKAGE = yaml.safe_load((ROOT / "dbt_project" / "dbt_project.yml").read_text())
ALARM = "ml_training_set,test_type:generic"


def test_a_leaking_feature_stops_the_build_and_is_named(tmp_path: Path) -> None:
    shop = foreign_shop(
        tmp_path / "shop",
        models={"my_orders": seed_orders(), "feat_leak": LEAK},
        variables={
            "input_orders": "my_orders",
            "retention_features": [*PACKAGE["vars"]["retention"]["retention_features"], "leak"],
            "as_of_date": "2024-05-01",
        },
    )
    # buildable: no tests that also need models which are not built here
    selected = ("--select", "+ml_training_set", "--indirect-selection", "buildable")
    built = shop.dbt("build", *selected, "--exclude-resource-type", "unit_test", "--store-failures")
    assert built.returncode != 0
    failed = re.findall(r"Failure in test (\w+)", built.stdout)
    assert len(failed) == 1, built.stdout
    assert failed[0].startswith("no_feature_tells_the_answer")
    [(table,)] = shop.query(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema like '%dbt_test__audit' and table_name like 'no_feature_tells%'"
    )
    [(feature, auc)] = shop.query(f"select feature, feature_auc from {table}")
    rows = shop.query("select is_churned, leak_orders_count_30d from ml_training_set where split = 'test'")
    churned, leak = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    assert feature == "leak_orders_count_30d"
    assert auc == pytest.approx(roc_auc_score(churned, leak), abs=1e-12)
    assert auc < 0.1, "fewer later orders, more churn: an AUC below 0.5 counts too"

    for raised in (1, None):
        quiet = shop.dbt("test", "--select", ALARM, leakage_alarm_auc=raised)
        assert quiet.returncode == 0, quiet.stdout


def test_the_package_s_own_features_raise_no_leakage_alarm(built_shop: Shop) -> None:
    done = built_shop.dbt("test", "--select", ALARM)
    assert done.returncode == 0, done.stdout
    assert "no_feature_tells_the_answer" in done.stdout


def test_shuffled_labels_teach_nothing(built_shop: Shop) -> None:
    """Labels are shuffled among the customers of each date, twenty times: the mean AUC is .5 +- .03.

    One shuffle of about 380 customers has a standard error of .03; the mean of twenty, of .007.
    """
    rows = np.array(built_shop.query(f"select * exclude ({KEYS}) {ORDERED}"), dtype=np.float32)
    days, is_test, churned = (
        np.array(column)
        for column in zip(
            *built_shop.query(f"select as_of_date, split = 'test', is_churned {ORDERED}"),
            strict=True,
        )
    )

    def auc_of(labels: np.ndarray, name: str) -> float:
        fitted = CANDIDATES[name]().fit(rows[~is_test], labels[~is_test].astype(float))
        return roc_auc_score(labels[is_test], fitted.predict_proba(rows[is_test])[:, 1])

    found: dict[str, list[float]] = {"logistic_regression": [], "gradient_boosting": []}
    for seed in range(20):
        random = np.random.default_rng(seed)
        shuffled = churned.copy()
        for day in np.unique(days):
            shuffled[days == day] = random.permutation(churned[days == day])
        for name, values in found.items():
            values.append(auc_of(shuffled, name))
    for name, values in found.items():
        assert auc_of(churned, name) > 0.7, name
        assert np.mean(values) == pytest.approx(0.5, abs=0.03), (name, values)
