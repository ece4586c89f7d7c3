"""The report shows the figures of the marts, loads nothing, and keeps a shop's texts harmless."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from conftest import Shop
from dbt_retention.bi.texts import Language
from dbt_retention.commands.report import write_report
from rich.console import Console

VOID = {"meta", "link", "br", "img", "hr", "input"}
EMPTIED = (
    *(
        "mart_campaign_audience",
        "mart_campaign_effects",
        "mart_experiment_plan",
        "mart_recommendation_quality",
    ),
    *("mart_calibration", "mart_realised_performance", "mart_model_performance", "mart_drift"),
    *("mart_segment_migration", "mart_segment_profiles", "mart_feature_importance", "mart_retention_monthly"),
)
LOADS = ("src", "href", "srcset", "data", "action", "xlink:href")


class Page(HTMLParser):
    """Elements of a page that are not closed, what it loads, and its visible texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [value or "" for name, value in attrs if name in LOADS]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if data.strip() and "style" not in self.open:
            self.texts.append(" ".join(data.split()))


def written(
    shop: Shop, out: Path, *, language: Language = "en", currency: str = "", title: str | None = None
) -> tuple[str, Page]:
    """The report on the marts of a shop, written as the command writes it."""
    write_report(
        None,
        serving_file=shop.warehouse,
        out=out,
        language=language,
        currency=currency,
        title=title,
        target_name=None,
        console=Console(quiet=True),
    )
    html = out.read_text(encoding="utf-8")
    return html, Page(html)


@pytest.fixture(scope="module")
def english(built_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Page]:
    return written(built_shop, tmp_path_factory.mktemp("report") / "report.html", currency="EUR")


def test_headline_figures_equal_sql(built_shop: Shop, english: tuple[str, Page]) -> None:
    [(customers, warned, at_risk, churners)] = built_shop.query(
        "select count(*), count(*) filter (where risk_tier <> 'low'), "
        "sum(value_at_risk) filter (where risk_tier <> 'low'), sum(churn_probability) from mart_early_warning"
    )
    [(contacts, profit)] = built_shop.query(
        "select count(*), sum(expected_profit) from mart_campaign_audience where arm = 'treatment'"
    )
    figures = re.findall(r'<div class="figure">(.*?)</div>', english[0])
    assert figures == [
        f"{customers:,}", f"{warned:,}", f"{at_risk:,.0f} EUR", f"{round(churners):,}", f"{profit:,.0f} EUR",
    ]  # fmt: skip
    assert f"{contacts:,} customers to contact" in english[0]


def test_the_first_warned_customers_are_those_with_the_highest_value_at_risk(
    built_shop: Shop, english: tuple[str, Page]
) -> None:
    expected = built_shop.query(
        "select customer_id, reason_1 from mart_early_warning where risk_tier <> 'low' "
        "order by value_at_risk desc, churn_probability desc, customer_id limit 15"
    )
    table = english[0].split('<table class="warned">')[1].split("</table>")[0]
    rows = re.findall(r'<td class="k">(.*?)</td>.*?<td class="why"><div>(.*?)</div>', table, re.DOTALL)
    assert rows == expected


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_whole_and_loads_nothing(built_shop: Shop, tmp_path: Path, language: Language) -> None:
    html, page = written(built_shop, tmp_path / "report.html", language=language)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids)), "an id is used twice"
    assert {load for load in page.loads if not load.startswith("#")} <= {"data:,"}
    assert not re.search(r"url\((?!#)|@import|<script|<iframe|<link [^>]*stylesheet", html)
    assert html.count("<svg") == 9
    assert "nan" not in " ".join(page.texts).lower().split()
    assert not {"None", "True", "False", "undefined"} & set(page.texts)


def test_no_column_name_is_shown(english: tuple[str, Page]) -> None:
    names = [text for text in english[1].texts if re.search(r"\b[a-z]+_[a-z_]+\b", text)]
    allowed = re.compile(
        r"mart_early_warning has all|see docs/|retention_features|set the var|features are empty"
    )
    assert [text for text in names if not allowed.search(text)] == []


def test_the_chinese_report_has_chinese_texts(built_shop: Shop, tmp_path: Path) -> None:
    html, _ = written(built_shop, tmp_path / "report.html", language="zh")
    assert '<html lang="zh-Hans">' in html
    english_words = re.compile(r"\b(?:customers?|orders?|risk|days?|churn|action|average|since)\b")
    # Names of features, and what to do about the data, are texts of the models.
    fixed = html.split('<section id="drift"')[0].split("</nav>")[1]
    assert len(Page(fixed).texts) > 300
    assert [text for text in Page(fixed).texts if english_words.search(text)] == []


def test_a_shops_texts_are_no_markup(copied_shop: Shop, tmp_path: Path) -> None:
    bad = "<script>alert('x')</script>"
    connection = duckdb.connect(str(copied_shop.warehouse))
    connection.execute("create table changed as select * from mart_early_warning")
    connection.execute(
        "update changed set customer_id = $1, reason_1 = $1, value_at_risk = 1e9, risk_tier = 'high' "
        "where customer_id = (select min(customer_id) from changed)",
        [bad],
    )
    connection.execute("drop table mart_early_warning")
    connection.execute("alter table changed rename to mart_early_warning")
    connection.execute("update mart_segment_profiles set segment_name = $1 where segment_number = 1", [bad])
    connection.execute("update mart_campaign_effects set campaign_id = $1 where campaign_id = 'K006'", [bad])
    connection.close()
    html, page = written(copied_shop, tmp_path / "report.html", title=bad)
    assert "<script" not in html
    assert "script" not in page.tags
    assert html.count("&lt;script&gt;") >= 5


def test_changes_are_those_since_the_scoring_date_before(copied_shop: Shop, tmp_path: Path) -> None:
    connection = duckdb.connect(str(copied_shop.warehouse))
    connection.execute(
        "insert into mart_early_warning_history select * replace (as_of_date - 7 as as_of_date) "
        "from mart_early_warning_history where risk_tier <> 'critical'"
    )
    [(day, change)] = connection.sql(
        "select max(as_of_date) - 7, count(*) filter (where risk_tier = 'critical') from mart_early_warning"
    ).fetchall()
    connection.close()
    html, _ = written(copied_shop, tmp_path / "report.html")
    assert html.count(f"+{change} since {day}") == 2, "customers scored and customers warned"
    assert 'aria-label="Warned customers on each scoring date"' in html


def test_figures_of_another_churn_definition_are_not_compared(copied_shop: Shop, tmp_path: Path) -> None:
    connection = duckdb.connect(str(copied_shop.warehouse))
    connection.execute(
        "insert into mart_early_warning_history "
        "select * replace (as_of_date - 7 as as_of_date, 'spend_decline' as churn_definition) "
        "from mart_early_warning_history where risk_tier <> 'critical'"
    )
    connection.close()
    html, _ = written(copied_shop, tmp_path / "report.html")
    assert 'class="change"' not in html
    assert "there is no earlier one to compare with" in html


def test_a_shop_with_orders_alone_has_empty_states(copied_shop: Shop, tmp_path: Path) -> None:
    """No amounts, lines, campaigns or outcomes: each part says what is missing."""
    connection = duckdb.connect(str(copied_shop.warehouse))
    for table in EMPTIED:
        connection.execute(f"delete from {table}")
    connection.execute(
        "update mart_early_warning set value_at_risk = null, expected_profit = null, overdue_ratio = null"
    )
    connection.execute("update mart_early_warning_history set value_at_risk = null")
    connection.close()
    html, page = written(copied_shop, tmp_path / "report.html")
    assert page.open == []
    assert html.count('class="empty"') == 11
    assert "not known: no order has an amount" in html
    assert "Warned customers with the highest churn probability" in html
    assert "Map order_amount of the orders" in html


def test_a_shop_without_scored_customers_is_told_why(copied_shop: Shop, tmp_path: Path) -> None:
    connection = duckdb.connect(str(copied_shop.warehouse))
    connection.execute("delete from mart_early_warning")
    connection.close()
    html, page = written(copied_shop, tmp_path / "report.html")
    assert page.open == []
    assert "No customer is scored yet" in html
    assert "Data readiness" in html


def test_a_file_without_marts_names_the_next_command(built_shop: Shop, tmp_path: Path) -> None:
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    out = tmp_path / "report.html"
    done = built_shop.run("retention", "report", "--file", str(empty), "--out", str(out))
    assert done.returncode == 1
    assert "has no marts yet. Build them first: retention build" in done.stderr
    assert not out.exists()
    missing = built_shop.run("retention", "report", "--file", str(tmp_path / "no.duckdb"), "--out", str(out))
    assert missing.returncode == 1
    assert "does not exist yet. Publish it first: retention publish" in missing.stderr


def test_the_report_of_a_project_is_beside_its_warehouse(copied_shop: Shop) -> None:
    done = copied_shop.run("retention", "report", "--project", str(copied_shop.project))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(copied_shop.warehouse.with_name("retention_report.html"))
