"""From an empty dbt project and a CSV file of orders to the report and the cockpit, in five commands."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import COMMANDS, seed_orders

pytestmark = pytest.mark.whole_shop

COMMANDS_OF_THE_PAGE = (
    "retention init",
    "retention build --publish serving/marts.duckdb",
    "retention summary",
    "retention report",
    "retention cockpit",
)


@pytest.fixture(scope="module")
def empty_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dbt project with nothing in it, and a file with the shop's own column names."""
    folder = tmp_path_factory.mktemp("newcomer")
    (folder / "dbt_project.yml").write_text('name: my_shop\nversion: "1.0"\nprofile: my_shop\n')
    duckdb.sql(
        f"""
        copy (
            select order_id as "Order Number", customer_id as client_id, ordered_at as created_at,
                order_amount as total
            from ({seed_orders()})
        ) to '{folder}/orders.csv'
        """
    )
    return folder


def given_to(command: str, *more: str, folder: Path) -> dict[str, Any]:
    """The arguments of subprocess for a command in the newcomer's project."""
    words = [*command.split(), *more]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RETENTION_")}
    environment |= {"NO_COLOR": "1", "COLUMNS": "200", "HOME": str(folder / "home")}
    return {
        "args": [COMMANDS / words[0], *words[1:]],
        "cwd": folder,
        "env": environment,
        "text": True,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }


def run(command: str, *, folder: Path) -> str:
    done = subprocess.run(**given_to(command, folder=folder), check=False)
    assert done.returncode == 0, command + done.stdout + done.stderr
    return str(done.stdout)


def test_the_commands_lead_from_a_csv_file_to_the_report_and_the_cockpit(empty_project: Path) -> None:
    init, build, summary, _ = (run(command, folder=empty_project) for command in COMMANDS_OF_THE_PAGE[:-1])
    for command in COMMANDS_OF_THE_PAGE[1:]:
        assert f"  {command}\n" in init, "each command is announced"
    assert "Published " in build
    assert not list(empty_project.rglob(".*.building")), "the marker of an unfinished build is gone"
    assert "customers" in summary
    with duckdb.connect(str(empty_project / "serving" / "marts.duckdb"), read_only=True) as connection:
        [(customers, warned)] = connection.execute(
            "select count(*), count(*) filter (where risk_tier <> 'low') from mart_early_warning"
        ).fetchall()
        [(invocations,)] = connection.execute(
            "select count(distinct invocation_id) from published_at"
        ).fetchall()
    assert customers > 300
    assert invocations == 1
    facts = json.loads(run("retention summary --json", folder=empty_project))
    assert facts["customers"]["scored_count"] == customers
    assert (
        facts["customers"]["warned_count"]
        == warned
        == sum(tier["customers_count"] for tier in facts["risk_tiers"] if tier["risk_tier"] != "low")
    )
    assert len(facts["most_at_risk"]) == 10
    reports = list(empty_project.rglob("retention_report.html"))
    assert len(reports) == 1
    assert "<html" in reports[0].read_text()[:500]
    assert_the_cockpit_answers(empty_project)


def assert_the_cockpit_answers(folder: Path) -> None:
    """The last command serves the published file, on the loopback address, until it is interrupted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = given_to(COMMANDS_OF_THE_PAGE[-1], "--port", str(port), folder=folder)
    cockpit = subprocess.Popen(**command, start_new_session=True)
    try:
        assert "<title>" in answer_of(f"http://127.0.0.1:{port}/")
        assert answer_of(f"http://127.0.0.1:{port}/_stcore/health") == "ok"
    finally:
        os.killpg(cockpit.pid, signal.SIGINT)
        printed, errors = cockpit.communicate(timeout=30)
    assert f"The cockpit is at http://127.0.0.1:{port}" in printed
    assert "Traceback" not in errors


def answer_of(address: str) -> str:
    """What the address answers, once it does."""
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.25)
    raise AssertionError(f"{address} does not answer")
