"""Report and cockpit in a real browser: data, filters, a customer, no console error, no other host."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Shop

pytestmark = pytest.mark.bi
playwright = pytest.importorskip("playwright.sync_api", reason="make test-bi installs it")
from browser import browser, cockpit, settled  # noqa: E402

PAGES = (
    *("overview", "warnings", "customer", "segments", "products"),
    *("campaigns", "health", "inventory", "service", "members"),
)


@pytest.fixture(scope="module")
def served(built_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("serving") / "marts.duckdb"
    done = built_shop.run("retention", "publish", "--duckdb", str(path), "--project", str(built_shop.project))
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="module")
def address(served: Path) -> Iterator[str]:
    with cockpit(served, "--currency", "EUR") as found:
        yield found


class Watched:
    """A page, what its console said, and what it asked other hosts for."""

    def __init__(self, opened: playwright.Browser) -> None:
        self.page = opened.new_page(viewport={"width": 1400, "height": 1300}, accept_downloads=True)
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._asked)

    def _asked(self, request: playwright.Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:", "file:")):
            self.elsewhere.append(request.url)


@pytest.fixture
def watched() -> Iterator[Watched]:
    with browser() as opened:
        found = Watched(opened)
        yield found
        assert found.errors == []
        assert found.elsewhere == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_renders(
    built_shop: Shop, served: Path, tmp_path: Path, watched: Watched, language: str
) -> None:
    out = tmp_path / "report.html"
    done = built_shop.run(
        "retention", "report", "--file", str(served), "--out", str(out), "--language", language
    )
    assert done.returncode == 0, done.stderr
    page = watched.page
    page.goto(out.as_uri())
    [(customers, warned)] = built_shop.query(
        "select count(*), count(*) filter (where risk_tier <> 'low') from mart_early_warning"
    )
    shown = page.locator(".card .figure").all_inner_texts()
    assert shown[:2] == [f"{customers:,}", f"{warned:,}"]
    assert page.locator("svg").count() == 9
    for width in (1400, 600):
        page.set_viewport_size({"width": width, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            f"wider than {width}"
        )
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1030, "height": 700})  # A4 landscape without its margins
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than paper"
    page.emulate_media(media="screen")
    cut = page.evaluate(
        "[...document.querySelectorAll('.card .figure')].filter(e => e.scrollWidth > e.clientWidth).length"
    )
    assert cut == 0, "a figure is cut off"


@pytest.mark.parametrize("name", PAGES)
def test_every_page_renders(address: str, watched: Watched, name: str) -> None:
    page = watched.page
    page.goto(f"{address}?page={name}")
    settled(page).locator('[data-testid="stDataFrame"]').first.wait_for()
    assert page.locator('[data-testid="stException"], [data-testid="stAlertContentError"]').count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_reader_filters_downloads_and_opens_a_customer(
    served: Path, built_shop: Shop, address: str, watched: Watched, tmp_path: Path
) -> None:
    page = watched.page
    page.goto(f"{address}?page=warnings")
    settled(page).get_by_text("critical", exact=True).first.click()
    settled(page)
    where = "from mart_early_warning where risk_tier in ('high', 'medium')"
    order = "order by value_at_risk desc nulls last, churn_probability desc, customer_id"
    expected = built_shop.query(f"select customer_id, value_at_risk {where} {order}")
    counted = page.locator('[data-testid="stMetricValue"]').first.inner_text()
    assert counted == f"{len(expected):,}"
    with page.expect_download() as waiting:
        page.get_by_text("Download CSV").click()
    saved = tmp_path / "warnings.csv"
    waiting.value.save_as(saved)
    with saved.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["Customer"] for row in rows] == [customer for customer, _ in expected]
    assert [float(row["Value at risk (EUR)"]) for row in rows] == [value for _, value in expected]
    page.locator('[data-testid="stDataFrame"] .dvn-scroller').first.click(position={"x": 18, "y": 52})
    page.wait_for_selector("h1:has-text('Customer')")
    settled(page)
    customer = expected[0][0]
    [(probability, silent)] = built_shop.query(
        "select churn_probability, days_since_last_order from mart_early_warning "
        f"where customer_id = '{customer}'"
    )
    shown = page.locator('[data-testid="stMetricValue"]').all_inner_texts()
    assert shown[0] == f"{probability:.0%}"
    assert shown[3] == f"{silent} days ago"
    assert page.locator('[data-testid="stVegaLiteChart"]').count() >= 2


def test_the_language_is_changed_on_the_page(address: str, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{address}?page=campaigns")
    settled(page).get_by_text("中文", exact=True).click()
    page.wait_for_selector("h1:has-text('营销活动')")
    assert "实验计划" in settled(page).inner_text("body")
