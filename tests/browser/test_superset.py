"""Apache Superset, a client that many shops have, shows the figures of the serving file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Shop

pytestmark = pytest.mark.superset
pytest.importorskip("playwright.sync_api", reason="make test-superset installs it")
from browser import browser  # noqa: E402
from playwright.sync_api import Response  # noqa: E402

PASSWORD = "of this test"
PIXEL = "scarf.sh"  # Superset's page asks for it, and the security policy refuses


@pytest.fixture(scope="module")
def served(built_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Superset with the dashboard."""
    folder = tmp_path_factory.mktemp("superset")
    file = folder / "marts.duckdb"
    done = built_shop.run("retention", "publish", "--duckdb", str(file), "--project", str(built_shop.project))
    assert done.returncode == 0, done.stderr
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [str(ROOT / "bi" / "superset" / "serve.sh"), str(file), str(port)],
        env=os.environ
        | {
            "SUPERSET_BIN": os.environ["RETENTION_SUPERSET"],
            "SUPERSET_HOME": str(folder / "home"),
            "SUPERSET_PASSWORD": PASSWORD,
        },
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until_healthy(f"http://127.0.0.1:{port}", process, log=folder / "home" / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def wait_until_healthy(address: str, process: subprocess.Popen[bytes], *, log: Path) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/health", timeout=1).close()
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, log.read_text()[-3000:]
            time.sleep(1)
        else:
            return
    raise AssertionError(f"Superset did not start within 300 seconds: {log.read_text()[-3000:]}")


def test_the_dashboard_has_the_figures_of_sql(built_shop: Shop, served: str) -> None:
    errors: list[str] = []
    answered: list[str] = []
    tiers: list[list[str]] = []

    def note(response: Response) -> None:
        answered.append(response.url)
        if "/api/v1/chart/data" in response.url:
            rows = response.json()["result"][0]["data"]
            if rows and {"risk_tier", "customers"} <= rows[0].keys():
                tiers.append([row["risk_tier"] for row in rows])

    with browser() as opened:
        page = opened.new_page(viewport={"width": 1400, "height": 1500})
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.on("response", note)
        page.goto(f"{served}/login/")
        page.locator('input[name="username"], #username').first.fill("admin")
        page.locator('input[type="password"]').first.fill(PASSWORD)
        page.locator('button[type="submit"], input[type="submit"]').first.click()
        page.wait_for_url(lambda url: "/login" not in url)
        page.goto(f"{served}/superset/dashboard/retention/?standalone=1")
        page.wait_for_function("document.querySelectorAll('.header-line').length === 4", timeout=120_000)
        page.wait_for_selector("text=K006", timeout=120_000)
        page.wait_for_timeout(3000)
        shown = page.locator(".header-line").all_inner_texts()
        if picture := os.environ.get("RETENTION_PICTURE"):
            page.screenshot(path=picture)
        text = page.inner_text("body")
    [(customers, warned, at_risk, churners)] = built_shop.query(
        "select count(*), count(*) filter (where risk_tier <> 'low'), "
        "sum(value_at_risk) filter (where risk_tier <> 'low'), sum(churn_probability) from mart_early_warning"
    )
    assert shown == [f"{customers:,}", f"{warned:,}", f"{at_risk:,.0f}", f"{churners:,.0f}"]
    [(first, reason)] = built_shop.query(
        "select customer_id, reason_1 from mart_early_warning where risk_tier <> 'low' "
        "order by value_at_risk desc limit 1"
    )
    assert first in text
    assert reason in text
    assert tiers == [["low", "medium", "high", "critical"]], "from the axis upwards"
    assert "_" not in text, "a raw name"
    assert "error" not in text.lower()
    assert [error for error in errors if PIXEL not in error] == []
    assert [url for url in answered if not url.startswith((served, "data:", "blob:"))] == []
