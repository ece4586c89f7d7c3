"""The cockpit shows the figures of the serving file on every page, in both languages."""

from __future__ import annotations

import re
import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest
from conftest import Shop

pytest.importorskip("streamlit", reason="the cockpit needs the extra bi")
from dbt_retention.bi.customer_charts import rule_graph, stock, timeline
from dbt_retention.bi.marts import Marts, open_serving_file
from dbt_retention.bi.texts import texts_in
from streamlit.testing.v1 import AppTest

APP = str(files("dbt_retention.bi.cockpit").joinpath("app.py"))
PAGES = (
    *("overview", "warnings", "customer", "segments", "products"),
    *("campaigns", "health", "inventory", "service", "members"),
)
Rows = list[tuple[object, ...]]


def query(path: Path, sql: str) -> Rows:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.sql(sql).fetchall()


@pytest.fixture(scope="module")
def served(built_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The serving file of the example shop."""
    path = tmp_path_factory.mktemp("serving") / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built_shop.warehouse}' as shop (read_only)")
        connection.execute(f"attach '{path}' as serving")
        marts = connection.sql(
            "select table_name from duckdb_tables() where database_name = 'shop' and table_name like 'mart%'"
        ).fetchall()
        for (mart,) in marts:
            connection.execute(f"create table serving.{mart} as from shop.{mart}")
        connection.execute(
            "create table serving.published_at as select timestamp '2024-07-02' as published_at"
        )
    return path


def opened(
    path: Path, page: str, monkeypatch: pytest.MonkeyPatch, language: str = "en", **state: str
) -> AppTest:
    """The app on a page. Fails where the page raises."""
    monkeypatch.setenv("RETENTION_SERVING", str(path))
    monkeypatch.setenv("RETENTION_LANGUAGE", language)
    monkeypatch.setenv("RETENTION_CURRENCY", "EUR")
    app = AppTest.from_file(APP, default_timeout=60)
    app.session_state["open_page"] = page
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    assert [error.value for error in app.exception] == []
    return app


def figures(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_data(
    served: Path, monkeypatch: pytest.MonkeyPatch, page: str, language: str
) -> None:
    app = opened(served, page, monkeypatch, language)
    texts = texts_in("zh" if language == "zh" else "en")
    assert app.title[0].value == texts(f"cockpit.page.{page}")
    assert len(app.dataframe) >= 1
    labels = [label for frame in app.dataframe for label in frame.value.columns]
    assert not [label for label in labels if "_" in label], "a raw column name"
    if language == "zh":
        assert not [label for label in labels if re.search(r"[a-z]{3,}", label)]


def test_the_overview_has_the_figures_of_sql(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [(customers, warned, at_risk)] = query(
        served,
        "select count(*), count(*) filter (where risk_tier <> 'low'), "
        "sum(value_at_risk) filter (where risk_tier <> 'low') from mart_early_warning",
    )
    shown = figures(opened(served, "overview", monkeypatch))
    assert shown["Customers scored"] == f"{customers:,}"
    assert shown["Customers warned"] == f"{warned:,}"
    assert shown["Value at risk of the warned"] == f"{at_risk:,.0f} EUR"


def test_filters_and_search_select_as_sql_does(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(served, "warnings", monkeypatch)
    app.multiselect(key="filter_actions").set_value(["offer"]).run()
    where = "from mart_early_warning where risk_tier <> 'low' and recommended_action = 'offer'"
    [(customers, at_risk)] = query(served, f"select count(*), sum(value_at_risk) {where}")
    assert figures(app) == {"Customers": f"{customers:,}", "Value at risk": f"{at_risk:,.0f} EUR"}
    assert len(app.dataframe[0].value) == customers
    [(some,)] = query(served, f"select max(customer_id) {where}")
    app.text_input(key="search").set_value(some.lower()).run()
    assert list(app.dataframe[0].value["Customer"]) == [some]
    app.text_input(key="search").set_value("x' or '1' = '1").run()
    assert app.info[0].value == "No customer passes these filters."


def test_a_customer_has_the_figures_of_sql(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [(customer, probability, tier, value, silent, reason)] = query(
        served,
        "select customer_id, churn_probability, risk_tier, value_at_risk, days_since_last_order, reason_1 "
        "from mart_early_warning where risk_tier = 'critical' and days_since_last_order > 1 "
        "order by customer_id limit 1",
    )
    app = opened(served, "customer", monkeypatch, open_customer=customer)
    shown = figures(app)
    assert shown["Churn probability"] == f"{probability:.0%}"
    assert shown["Risk tier"] == tier
    assert shown["Value at risk"] == f"{value:,.0f} EUR"
    assert shown["Last order"] == f"{silent} days ago"
    assert f"1.  {reason}" in [text.value for text in app.text]


@pytest.mark.parametrize(
    ("amount", "currency", "title"),
    [(9.5, "EUR", "Spend (EUR)"), (9.5, "", "Spend (currency of your orders)"), (None, "EUR", "Orders")],
)
def test_the_axis_of_the_timeline_has_a_unit(amount: float | None, currency: str, title: str) -> None:
    order = {"purchase_date": date(2024, 5, 1), "orders_count": 1, "spend_amount": amount}
    customer = dict.fromkeys(("next_order_from_date", "next_order_until_date", "expected_next_order_date"))
    chart = timeline([order], customer | {"as_of_date": date(2024, 6, 1)}, texts_in("en"), currency=currency)
    [bars] = [layer for layer in chart.to_dict()["layer"] if layer["mark"]["type"] == "bar"]
    assert bars["encoding"]["y"]["title"] == title


def test_every_page_of_a_shop_with_orders_alone_says_what_is_missing(
    served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "orders_alone.duckdb"
    path.write_bytes(served.read_bytes())
    kept = ("mart_early_warning", "mart_early_warning_history", "mart_customer_orders", "mart_data_readiness")
    with duckdb.connect(str(path)) as connection:
        for (mart,) in connection.sql(
            "select table_name from duckdb_tables() where table_name like 'mart%'"
        ).fetchall():
            if mart not in kept:
                connection.execute(f"delete from {mart}")
        connection.execute("update mart_early_warning set value_at_risk = null, expected_value_12m = null")
        connection.execute("update mart_customer_orders set spend_amount = null")
    for page in PAGES:
        app = opened(path, page, monkeypatch)
        if page != "warnings":
            assert app.info, page
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from mart_early_warning")
        connection.execute("delete from mart_early_warning_history")
    for page in PAGES:
        assert opened(path, page, monkeypatch).info, page


def test_campaigns_whose_profit_is_not_known_are_shown(
    served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "marts.duckdb"
    shutil.copy(served, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update mart_campaign_effects set incremental_profit_amount = null, is_causal = false"
        )
    app = opened(path, "campaigns", monkeypatch)
    shown = app.dataframe[0].value
    assert shown["Profit brought (EUR)"].isna().all()
    assert all(finding.endswith(", not causal") for finding in shown["Finding"])


def test_a_customer_in_the_holdout_is_shown_as_such(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(served, "warnings", monkeypatch, "en")
    held = query(
        served,
        "select customer_id from mart_early_warning where is_holdout and risk_tier <> 'low' order by 1",
    )
    shown = app.dataframe[0].value
    assert sorted(shown.loc[shown["Action"] == "holdout", "Customer"]) == [customer for (customer,) in held]


def test_products_of_the_same_name_have_a_bar_each() -> None:
    rows = [{"product": "Milk", "units_at_risk": units} for units in (34.0, 23.0)]
    bars = stock(rows, texts_in("en")).to_dict()["data"]["values"]
    assert len({bar["numbered"] for bar in bars}) == 2


def test_drift_is_of_the_features_that_the_model_uses(served: Path) -> None:
    with Marts(lambda: open_serving_file(served)) as marts:
        shown = {row["name"] for row in marts.rows("drift") if row["subject"] == "feature"}
    used = query(served, "select name from mart_feature_importance where subject = 'feature'")
    assert shown == {name for (name,) in used} - {"month_sine", "month_cosine"}


def test_a_missing_file_names_the_next_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(tmp_path / "none.duckdb", "overview", monkeypatch)
    assert "Publish it first: retention publish --duckdb" in app.error[0].value


def test_names_of_items_cannot_break_the_graph() -> None:
    rule = {"antecedent": 'a"b\\', "consequent": "c];d", "lift": 2.0, "confidence": 0.5}
    assert r'"a\"b\\" -> "c];d" [penwidth=3.20, label="2.0× · 50%"];' in rule_graph([rule], texts_in("en"))


def test_the_command_refuses_a_missing_file(built_shop: Shop, tmp_path: Path) -> None:
    done = built_shop.run("retention", "cockpit", "--file", str(tmp_path / "none.duckdb"))
    assert done.returncode == 1
    assert "Publish it first: retention publish --duckdb" in done.stderr
