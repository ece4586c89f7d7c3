"""A shop without amounts: columns that need amounts are null with a reason, all others are filled."""

from __future__ import annotations

import pytest
from conftest import ROOT, Shop, foreign_shop, seed_orders

SEEDS = {
    "customers": "select * from read_csv('{seeds}/example_customers.csv')",
    "campaigns": "select * from read_csv('{seeds}/example_campaigns.csv')",
    "campaign_contacts": "select * from read_csv('{seeds}/example_campaign_contacts.csv')",
    "service_tickets": "select * from read_csv('{seeds}/example_service_tickets.csv')",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Orders with three columns, customers, campaigns and tickets: a full build with every data test."""
    required = f"select order_id, customer_id, ordered_at from ({seed_orders()}) as orders"
    models = {
        name: f"select distinct * from ({sql.format(seeds=ROOT / 'seeds')}) as rows_of_seed"
        for name, sql in SEEDS.items()
    }
    shop = foreign_shop(
        tmp_path_factory.mktemp("no_amounts") / "shop",
        models={"my_orders": required} | {f"my_{name}": sql for name, sql in models.items()},
        variables={"input_orders": "my_orders", "max_rejected_share": 0.2}
        | {f"input_{name}": f"my_{name}" for name in SEEDS},
    )
    shop.build(tests=True)
    return shop


def known(shop: Shop, table: str, *columns: str, where: str = "true") -> dict[str, int]:
    """Number of rows of `table` with a value, per column."""
    counts = ", ".join(f"count({column})" for column in columns)
    [row] = shop.query(f"select {counts} from {table} where {where}")
    return dict(zip(columns, row, strict=True))


def rows(shop: Shop, table: str) -> int:
    [(count,)] = shop.query(f"select count(*) from {table}")
    return int(count)


def test_no_mart_shows_an_amount(shop: Shop) -> None:
    claimed = {
        (table, column): count
        for table, columns in {
            "feat_recency_frequency_monetary": ["spend_sum_28d", "spend_sum_364d", "order_amount_avg_364d"],
            "feat_amount_decline": [
                "spend_decayed_28d",
                "spend_ratio_84d_to_previous",
                "order_amount_max_ever",
            ],
            "feat_promotion": ["discount_share_84d"],
            "ml_customer_values": ["expected_order_amount", "expected_value_12m"],
            "ml_value_estimates": ["naive_value_12m"],
            "mart_early_warning": ["expected_value_12m", "value_at_risk", "expected_profit"],
            "mart_customer_orders": ["spend_amount"],
            "mart_early_warning_history": ["expected_value_12m", "value_at_risk"],
            "mart_customer_segments": ["monetary_percentile", "spend_amount_364d"],
            "mart_segment_profiles": ["spend_amount_avg_364d", "value_at_risk"],
            "mart_retention_monthly": ["spend_amount"],
            "mart_retention_actions": ["value_kept_amount"],
            "int_retention__action_candidates": ["value_kept"],
            "mart_member_offers": ["spend_amount_12m", "amount_to_next_tier", "value_at_risk"],
            "mart_service_priority": ["priority_amount", "value_at_risk"],
            "mart_campaign_audience": ["value_at_risk", "expected_profit"],
            "mart_value_quality": ["expected_value_avg", "absolute_error_avg"],
            "mart_programme_value": ["value_amount", "cumulative_value_amount"],
            "mart_revenue_outlook": ["revenue_without_actions_amount", "added_revenue_amount"],
            "mart_cohort_value": ["spend_per_customer_amount", "margin_per_customer_amount"],
            "mart_discount_dependence": ["spend_amount_364d", "full_price_amount_364d"],
            "mart_lapsed_categories": ["category_spend_amount_364d"],
        }.items()
        for column, count in known(shop, table, *columns).items()
    }
    assert {place: count for place, count in claimed.items() if count} == {}


def test_columns_that_need_no_amount_are_filled(shop: Shop) -> None:
    customers = rows(shop, "mart_early_warning")
    assert customers > 100
    scored = known(shop, "mart_early_warning", "churn_probability", "risk_tier")
    assert set(scored.values()) == {customers}
    assert known(shop, "mart_early_warning", "expected_next_order_date")["expected_next_order_date"] > 100
    [(warned, with_reason)] = shop.query(
        "select count(*), count(reason_1) from mart_early_warning where risk_tier <> 'low'"
    )
    assert warned == with_reason > 20
    assert known(shop, "ml_customer_values", "expected_orders_12m")["expected_orders_12m"] > 0
    assert rows(shop, "mart_inventory_warning") == 0, "no lines, no products"


def test_warnings_are_ranked_by_probability(shop: Shop) -> None:
    assert shop.query(
        "select count(*) from (select risk_rank, churn_probability, lag(churn_probability) over "
        "(order by risk_rank) as before from ml_risk_tiers) as ranked where churn_probability > before"
    ) == [(0,)]


def test_campaign_effects_show_retention_and_orders_and_no_amounts(shop: Shop) -> None:
    money = [
        f"{name}_{shown}_amount"
        for name in ("spend", "profit")
        for shown in ("difference", "adjusted", "error", "lower", "upper")
    ] + ["incremental_profit_amount", "return_on_cost_rate"]
    causal = "is_causal and segment = 'all'"
    assert set(known(shop, "mart_campaign_effects", *money).values()) == {0}
    found = known(
        shop,
        "mart_campaign_effects",
        "campaign_id",
        "retention_adjusted_rate",
        "orders_error_count",
        where=causal,
    )
    assert found["campaign_id"] == found["retention_adjusted_rate"] == found["orders_error_count"] > 0


def test_campaign_effects_and_checks_say_that_amounts_are_unknown(shop: Shop) -> None:
    warnings = shop.query("select distinct campaign_id, warning from mart_campaign_effects")
    assert warnings
    assert all("no purchase has an amount" in (warning or "") for _, warning in warnings), warnings
    flagged = shop.query(
        "select distinct is_flagged, is_disqualifying from mart_campaign_checks "
        "where check_name = 'amounts_unknown'"
    )
    assert flagged == [(True, False)], "retention may still be called causal"


def test_segment_profiles_do_not_mention_spend(shop: Shop) -> None:
    names = [name for (name,) in shop.query("select segment_name from mart_segment_profiles")]
    assert len(names) >= 3
    assert not [name for name in names if "spend" in name]
    profiles = [words for (words,) in shop.query("select profile from mart_segment_profiles")]
    assert all(words and "orders in 364 days" in words and "spend" not in words for words in profiles), (
        profiles
    )


def test_no_action_is_chosen_and_the_reason_is_given(shop: Shop) -> None:
    assert shop.query("select distinct recommended_action from mart_early_warning") == [("none",)]
    assert rows(shop, "mart_campaign_audience") == 0
    reasons = shop.query(
        "select distinct is_eligible, why from mart_retention_actions where action <> 'none'"
    )
    assert [row[0] for row in reasons] == [False]
    others = "action <> 'none'"
    assert known(shop, "mart_retention_actions", "expected_profit", where=others) == {"expected_profit": 0}
    assert "no order has an amount" in reasons[0][1]


def test_readiness_names_the_columns_to_map(shop: Shop) -> None:
    [(status, share, what_it_costs, what_to_do)] = shop.query(
        "select status, coverage_share, what_it_costs, what_to_do from mart_data_readiness "
        "where subject_type = 'amounts'"
    )
    assert (status, share) == ("missing", 0.0)
    assert "value at risk" in what_it_costs
    assert "order_amount" in what_to_do


def test_member_tiers_depend_on_orders_alone(shop: Shop) -> None:
    assert shop.query(
        "select count(*) from mart_member_offers where earned_tier is distinct from case "
        "when orders_count_12m >= 30 then 'gold' when orders_count_12m >= 10 then 'silver' "
        "when orders_count_12m >= 1 then 'bronze' end"
    ) == [(0,)]


def test_no_lookalike_seed_is_chosen_by_customer_id(shop: Shop) -> None:
    audiences = dict(shop.query("select audience, count(*) from mart_ad_audiences group by audience"))
    assert audiences.keys() == {"suppress", "win_back"}


def test_tickets_are_ranked_by_risk_and_waiting_time(shop: Shop) -> None:
    tickets = shop.query(
        "select tickets.priority_rank, warnings.churn_probability, tickets.return_policy, "
        "tickets.return_policy_reason from mart_service_priority as tickets "
        "left join mart_early_warning as warnings on tickets.customer_id = warnings.customer_id "
        "order by tickets.priority_rank"
    )
    assert tickets
    assert tickets[0][1] is not None, "a scored customer comes before a churned one"
    assert not [row for row in tickets if row[2] == "refund at once"]
    assert not [row for row in tickets if row[3] and "value at risk 0.00" in row[3]]


def test_the_report_says_that_amounts_are_missing(shop: Shop) -> None:
    out = shop.folder / "report.html"
    done = shop.run("retention", "report", "--project", ".", "--out", str(out))
    assert done.returncode == 0, done.stderr
    html = out.read_text(encoding="utf-8")
    assert "not known: no order has an amount" in html
    assert "Warned customers with the highest churn probability" in html
    assert "Map order_amount of the orders" in html


def test_the_summary_is_printed(shop: Shop) -> None:
    done = shop.run("retention", "summary", "--project", ".")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The value at risk is unknown" in done.stdout
    assert "with the highest churn probability" in done.stdout
    assert "Map the column order_amount" in done.stdout
