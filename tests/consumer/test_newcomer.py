"""From an empty dbt project and a CSV file of orders to published marts and the report, in four commands."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import pytest
from conftest import COMMANDS, seed_orders

pytestmark = pytest.mark.whole_shop

COMMANDS_OF_THE_PAGE = (
    "retention init",
    "retention build --publish serving/marts.duckdb",
    "retention summary",
    "retention report",
)


@pytest.fixture
def empty_project(tmp_path: Path) -> Path:
    """A dbt project with nothing in it, and a file with the shop's own column names."""
    (tmp_path / "dbt_project.yml").write_text('name: my_shop\nversion: "1.0"\nprofile: my_shop\n')
    duckdb.sql(
        f"""
        copy (
            select order_id as "Order Number", customer_id as client_id, ordered_at as created_at,
                order_amount as total
            from ({seed_orders()})
        ) to '{tmp_path}/orders.csv'
        """
    )
    return tmp_path


def test_four_commands_lead_from_a_csv_file_to_the_report(empty_project: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RETENTION_")}
    environment |= {"NO_COLOR": "1", "COLUMNS": "200", "HOME": str(empty_project / "home")}
    printed = []
    for command in COMMANDS_OF_THE_PAGE:
        words = command.split()
        done = subprocess.run(
            [COMMANDS / words[0], *words[1:]],
            cwd=empty_project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, command + done.stdout + done.stderr
        printed.append(done.stdout)
    init, build, summary, _ = printed
    for command in COMMANDS_OF_THE_PAGE[1:]:
        assert f"  {command}\n" in init, "each command is announced"
    assert "Published " in build
    assert not list(empty_project.rglob(".*.building")), "the marker of an unfinished build is gone"
    assert "customers" in summary
    with duckdb.connect(str(empty_project / "serving" / "marts.duckdb"), read_only=True) as connection:
        [(customers,)] = connection.execute("select count(*) from mart_early_warning").fetchall()
        [(invocations,)] = connection.execute(
            "select count(distinct invocation_id) from published_at"
        ).fetchall()
    assert customers > 300
    assert invocations == 1
    reports = list(empty_project.rglob("retention_report.html"))
    assert len(reports) == 1
    assert "<html" in reports[0].read_text()[:500]
