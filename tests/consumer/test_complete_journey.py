"""The grocery shop installs the package as any shop would, and its scores reach the promised quality."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Shop
from sentences import assert_sentences_hold
from sklearn.metrics import roc_auc_score

pytestmark = pytest.mark.whole_shop

EXAMPLE = ROOT / "examples" / "complete_journey"


@pytest.fixture(scope="module")
def grocery(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("grocery")
    return Shop(
        folder=EXAMPLE, warehouse=folder / "grocery.duckdb", models=folder / "models_onnx", project=EXAMPLE
    )


@pytest.mark.parametrize(
    ("as_of", "customers", "churned"), [("2017-12-01", 2309, 0.1429), ("2017-10-01", 2295, 0.1447)]
)
def test_past_dates_reach_the_promised_auc(
    grocery: Shop, tmp_path: Path, as_of: str, customers: int, churned: float
) -> None:
    out = tmp_path / "scores.parquet"
    done = grocery.run("retention", "evaluate", "--project", ".", "--as-of", as_of, "--out", str(out))
    assert done.returncode == 0, done.stderr
    rows = duckdb.sql(f"select customer_id, as_of_date, label, score from '{out}'").fetchall()
    assert len({customer for customer, *_ in rows}) == len(rows) == customers
    assert {str(day) for _, day, *_ in rows} == {as_of}
    labels, scores = [row[2] for row in rows], [row[3] for row in rows]
    assert sum(labels) / len(labels) == pytest.approx(churned, abs=5e-5)
    assert roc_auc_score(labels, scores) >= 0.862
    assert not grocery.models.exists(), "the shop's own registry is not touched"
    schemas = grocery.query("select schema_name from information_schema.schemata")
    assert not [name for (name,) in schemas if "evaluate" in name], "the evaluation's tables are dropped"


def test_the_demo_ends_with_a_readable_summary(grocery: Shop) -> None:
    built = grocery.run("retention", "build", "--project", ".")
    assert built.returncode == 0, built.stderr
    told = grocery.run("retention", "summary", "--project", ".")
    assert told.returncode == 0, told.stderr
    for words in (
        "2,319 customers are scored for 2018-01-02",
        "Test AUC 0.8",
        "95 % interval",
        "critical",
        "The 10 warned customers with the highest value at risk",
        "Actions for today",
        "usually one every",
        "grocery.duckdb, schema main",
        "Which customers to contact today, how and why?",
    ):
        assert words in told.stdout, told.stdout
    assert_the_summary_is_true(grocery, told.stdout)
    assert_sentences_hold(grocery)
    for query in [line.strip() for line in told.stdout.splitlines() if line.strip().startswith("select ")]:
        assert grocery.query(query.rstrip(";")), query


def assert_the_summary_is_true(shop: Shop, said: str) -> None:
    """Check every figure of the summary against the marts."""
    warned = "from mart_early_warning where risk_tier <> 'low'"
    [(count, at_risk)] = shop.query(f"select count(*), sum(value_at_risk) {warned}")
    assert f"{count:,} are warned (risk tier above low). Their value at risk is {at_risk:,.0f}" in said
    [low_line] = [line for line in said.splitlines() if line.startswith("│ low")]
    assert "not warned" in low_line
    listed = [
        line.split("│")[1].strip() for line in said.splitlines() if line.count("│") == 5 and "%" in line
    ]
    most = shop.query(f"select customer_id {warned} order by value_at_risk desc, customer_id limit 10")
    assert [customer for customer in listed if customer.isdigit()] == [customer for (customer,) in most]
    chosen = shop.query(
        "select action, count(*) filter (where arm = 'treatment'), count(*) filter (where arm = 'control'), "
        "sum(expected_profit) filter (where arm = 'treatment'), any_value(power_probability) "
        "from mart_campaign_audience inner join mart_experiment_plan using (action) group by action"
    )
    for action, contacted, controls, profit, power in chosen:
        [line] = [line for line in said.splitlines() if line.startswith(f"│ {action} ")]
        cells = [cell.strip() for cell in line.strip("│").split("│")]
        assert cells[1:3] == [f"{contacted:,}", f"{controls:,}"]
        assert cells[3:6] == [f"{profit:,.0f}", "assumed", f"{power:.0%}"]
    assert f"{sum(row[1] for row in chosen):,} of 2,319 customers are to be contacted" in said
    assert "Expected profit is assumed, not measured" in said
    assert shop.query("select distinct evidence from mart_campaign_audience") == [("prior",)]


def test_the_shop_s_own_actions_replace_the_package_s(grocery: Shop) -> None:
    rows = grocery.query(
        "select action, channel, count(*), sum(expected_cost_amount) from mart_campaign_audience group by all"
    )
    assert {row[:2] for row in rows} == {("offer", "mail"), ("recommendation", "mail")}
    assert sum(row[2] for row in rows if row[0] == "offer") <= 200
    assert 490 < sum(row[3] for row in rows) <= 500, "the budget is used, and kept"


def test_letters_start_with_items_that_inform_the_customer(grocery: Shop) -> None:
    """Needs the build of the test above. 549 of 780 letters started with milk."""
    letters = grocery.query(
        "select recommended_item_1, recommended_item_3 from mart_campaign_audience "
        "where action = 'recommendation'"
    )
    leads = Counter(lead for lead, _ in letters)
    assert leads["FLUID MILK WHITE ONLY"] == 0
    assert None not in leads
    assert max(leads.values()) < 0.1 * len(letters)
    assert grocery.query(
        "select list_rank, min(is_new::int), max(is_new::int) from mart_product_recommendations "
        "inner join mart_campaign_audience using (customer_id) "
        "where list_name = 'mixed' and list_rank = 3 and action = 'recommendation' group by list_rank"
    ) == [(3, 1, 1)], "the third item is new"
    quality = {
        method: (recall, ndcg)
        for method, recall, ndcg in grocery.query(
            "select method, recall_at_10, ndcg_at_10 from mart_recommendation_quality "
            "where list_name = 'mixed'"
        )
    }
    assert quality["recommendation"] > quality["popularity"]
    assert quality["recommendation"][1] > quality["popularity"][1]


def test_known_data_problems_are_handled_visibly(grocery: Shop) -> None:
    traps = dict(grocery.query("select trap, lines_count from shop_traps"))
    assert traps == {"unknown product": 4836, "quantity 0": 8869, "fuel": 14697}
    assert grocery.query("select max(quantity) < 1000, count(*) from stg_retention__order_lines") == [
        (True, 1469307)
    ]
    assert grocery.query(
        "select count(*) from stg_retention__order_lines anti join stg_retention__products using (product_id)"
    ) == [(0,)]
    assert grocery.query("select count(*) from int_retention__purchases where pieces_count = 0") == [(0,)]


@pytest.mark.parametrize(
    ("basket_item", "least"),
    [
        ("category", {"usual": (0.260, 0.655)}),
        ("subcategory", {"usual": (0.171, 0.550), "new": (0.070, 0.094)}),
    ],
)
def test_recommendations_reach_the_promised_recall_and_ndcg(
    tmp_path: Path, basket_item: str, least: dict[str, tuple[float, float]]
) -> None:
    """Recall and NDCG at 10 for the 28 days after 2017-12-01, from data known on that date."""
    shop = Shop(
        folder=EXAMPLE, warehouse=tmp_path / "grocery.duckdb", models=tmp_path / "models", project=EXAMPLE
    )
    assert shop.run("dbt", "deps").returncode == 0
    built = shop.build(
        "--select", "+mart_recommendation_quality", basket_item=basket_item, as_of_date="2017-12-29"
    )
    assert "mart_recommendation_quality" in built
    quality = {
        (str(day), name): figures
        for day, name, *figures in shop.query(
            "select as_of_date, list_name, recall_at_10, ndcg_at_10 from mart_recommendation_quality "
            "where method = 'recommendation'"
        )
    }
    for name, (recall, ndcg) in least.items():
        found_recall, found_ndcg = quality["2017-12-01", name]
        assert (found_recall >= recall, found_ndcg >= ndcg) == (True, True), quality


def test_a_past_date_that_cannot_be_evaluated_raises_a_clear_error(grocery: Shop, tmp_path: Path) -> None:
    out = tmp_path / "scores.parquet"
    done = grocery.run("retention", "evaluate", "--project", ".", "--as-of", "2017-12-20", "--out", str(out))
    assert done.returncode == 1
    assert "no test date has a closed label window" in done.stderr
    assert not out.exists()


def test_campaigns_without_a_control_are_matched_and_never_causal(grocery: Shop) -> None:
    """Needs the build of the test above. None of the 27 campaigns has a control arm."""
    rows = grocery.query(
        "select is_causal, design, warning, incremental_profit_amount from mart_campaign_effects"
    )
    assert rows
    for is_causal, design, warning, profit in rows:
        assert (is_causal, design, profit) == (False, "observational", None)
        assert "there is no control arm" in warning
    [(before, after)] = grocery.query(
        "select avg(abs(standardised_difference_before)), avg(abs(standardised_difference_after)) "
        "from mart_campaign_balance"
    )
    assert after < before / 2, "matching brings both sides together"
