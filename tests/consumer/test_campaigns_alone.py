"""A shop with orders and campaigns only, too small to train on, gets every table that needs no model."""

from __future__ import annotations

import json

import numpy as np
import pytest
from conftest import Shop, foreign_shop
from dbt_retention.registry.store import Registry

pytestmark = pytest.mark.whole_shop

# 400 customers buy in most months. In the 30 days after day 300 the treated buy more often.
ORDERS = """
    select
        'O' || customer || '-' || month as order_id,
        'C' || customer as customer_id,
        timestamp '2024-01-01 12:00:00' + to_days(cast(30 * month + hash(customer, month) % 30 as integer))
            as ordered_at,
        round(20 + hash(month, customer) % 400 / 10, 2) as order_amount
    from range(400) as customers (customer), range(14) as months (month)
    where
        hash(customer, month, 'buys') % 100
        < case when month <> 10 then 70 when hash(customer, 'arm') % 2 = 0 then 85 else 60 end
"""
CAMPAIGNS = """
    select 'K1' as campaign_id, 'offer' as action, timestamp '2024-10-27' as started_at
    union all
    select 'K2' as campaign_id, 'care_call' as action, timestamp '2024-06-29' as started_at
"""
CONTACTS = """
    select
        campaign_id,
        'C' || customer as customer_id,
        started_at as assigned_at,
        case
            when hash(customer, case when campaign_id = 'K1' then 'arm' else 'other arm' end) % 2 = 0
                then 'treatment'
            else 'control'
        end as arm
    from {{ ref('my_campaigns') }}, range(400) as customers (customer)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, str]:
    """The shop, and the output of a full build with every test."""
    shop = foreign_shop(
        tmp_path_factory.mktemp("campaigns") / "shop",
        models={"my_orders": ORDERS, "my_campaigns": CAMPAIGNS, "my_contacts": CONTACTS},
        variables={
            "input_orders": "my_orders",
            "input_campaigns": "my_campaigns",
            "input_campaign_contacts": "my_contacts",
            "effect_window_days": 30,
        },
    )
    return shop, shop.build(tests=True)


def test_every_mart_is_built_and_no_node_is_skipped_or_fails(built: tuple[Shop, str]) -> None:
    shop, _ = built
    results = json.loads((shop.folder / "target" / "run_results.json").read_text())["results"]
    assert {result["status"] for result in results} <= {"success", "pass", "no-op"}
    manifest = json.loads((shop.folder / "target" / "manifest.json").read_text())
    models = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    marts = {name for name in models if name.startswith("mart_")}
    assert len(marts) > 30
    assert marts <= {name for (name,) in shop.query("select table_name from duckdb_tables()")}


@pytest.mark.parametrize("campaign", ["K1", "K2"])
def test_the_effect_is_the_plain_difference_of_shares(built: tuple[Shop, str], campaign: str) -> None:
    shop, _ = built
    bought = dict(
        shop.query(
            """
            select contacts.arm, list(case when exists (
                select 1 from my_orders as orders
                where orders.customer_id = contacts.customer_id
                    and orders.ordered_at >= contacts.assigned_at
                    and orders.ordered_at < contacts.assigned_at + interval 30 days
            ) then 1 else 0 end)
            from my_contacts as contacts
            where contacts.campaign_id = $1 group by contacts.arm
            """.replace("$1", f"'{campaign}'")
        )
    )
    treated, control = (np.array(bought[arm]) for arm in ("treatment", "control"))
    [found] = shop.query(
        "select design, is_causal, treated_count, compared_count, treated_retention_rate, "
        "compared_retention_rate, retention_difference_rate, retention_adjusted_rate, retention_verdict "
        f"from mart_campaign_effects where campaign_id = '{campaign}' and segment = 'all'"
    )
    difference = treated.mean() - control.mean()
    assert found[1:4] == (True, len(treated), len(control))
    assert found[4:7] == pytest.approx((treated.mean(), control.mean(), difference), abs=1e-6)
    assert found[7] == pytest.approx(difference, abs=0.03), "the covariates change little"
    assert found[8] == ("higher" if campaign == "K1" else "no_clear_difference")


def test_models_of_scores_are_empty_and_readiness_says_why_first(built: tuple[Shop, str]) -> None:
    shop, said = built
    for table in (
        "ml_churn_scores",
        "mart_early_warning",
        "mart_campaign_audience",
        "mart_model_performance",
    ):
        assert shop.query(f"select count(*) from {table}") == [(0,)], table
    [(subject_type, subject, status, costs)] = shop.query(
        "select subject_type, subject, status, what_it_costs from mart_data_readiness limit 1"
    )
    assert (subject_type, subject, status) == ("model", "churn", "missing")
    reason = "too little data to train on: 400 customers (at least 500)"
    assert costs.startswith(
        "no model was trained, so churn scores, warnings, reasons and chosen actions are empty: " + reason
    )
    assert f"no churn model was trained: {reason}" in said
    assert not (shop.models / "churn").exists()


def test_models_without_scores_are_filled(built: tuple[Shop, str]) -> None:
    shop, _ = built
    for table in ("mart_customer_segments", "mart_campaign_checks", "mart_retention_monthly"):
        [(rows,)] = shop.query(f"select count(*) from {table}")
        assert rows > 0, table
    assert shop.query(
        "select sum(customers_count), count(churn_probability_avg) from mart_segment_profiles"
    ) == [(shop.query("select count(*) from mart_customer_segments")[0][0], 0)]


def test_commands_that_need_a_model_say_why_there_is_none(built: tuple[Shop, str]) -> None:
    shop, _ = built
    trained = shop.run("retention", "train", "--project", ".")
    assert trained.returncode == 1
    assert "no churn model was trained: too little data to train on: 400 customers" in trained.stderr
    summary = shop.run("retention", "summary", "--project", ".")
    assert summary.returncode == 0, summary.stderr
    assert "No customer is scored. No model was trained" in summary.stdout


def test_with_lower_limits_the_same_shop_trains_on_its_filled_columns(
    built: tuple[Shop, str],
) -> None:
    """All columns of reviews, tickets and birth years are empty, because the shop has none."""
    shop, _ = built
    shop.build(
        *("--select", "ml_churn_model", "ml_churn_scores", "int_retention__uplift_set"),
        *("int_retention__uplift_model", "int_retention__uplift_scores"),
        min_buyers=300,
        min_training_churners=50,
        advanced={"uplift_min_arm_customers": 100},
    )
    card = Registry(shop.models).champion_card("churn")
    assert card is not None
    assert "age_years" in card.left_out_features
    assert not set(card.features) & set(card.left_out_features)
    assert shop.query("select count(*) > 300 from ml_churn_scores where split = 'score'") == [(True,)]
    judged = shop.query(
        "select distinct status, action, contacts_count from int_retention__uplift_model order by action"
    )
    assert [(action, count) for _, action, count in judged] == [
        ("all actions", 800),
        ("care_call", 400),
        ("offer", 400),
    ]
    assert {status for status, *_ in judged} <= {"trained", "no_better_than_chance"}
