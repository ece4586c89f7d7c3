"""`--json`: one value on the standard output, with the keys of docs/json.md."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt_retention.cli import app
from dbt_retention.commands import features_sync
from dbt_retention.commands.evaluate import Evaluation, print_evaluation
from dbt_retention.commands.features_sync import Change
from dbt_retention.commands.summary_facts import FACTS
from json_page import documented
from rich.console import Console
from typer.main import get_command
from typer.testing import CliRunner

PROFILE = "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose warehouse has one table with two customers."""
    (tmp_path / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    (tmp_path / "profiles.yml").write_text(PROFILE)
    monkeypatch.chdir(tmp_path)
    storage = {"storage_compatibility_version": "v1.4.0"}
    with duckdb.connect(str(tmp_path / "shop.duckdb"), config=storage) as connection:
        connection.execute("create table mart_people as select unnest(['C1', 'C1', 'C2']) as customer_id")
    return tmp_path


def printed(command: str, *words: str) -> dict[str, Any]:
    """What a command prints, whose keys must be those of the page."""
    done = CliRunner().invoke(app, [*command.split(), "--json", *words])
    assert done.exit_code == 0, (done.output, done.exception)
    found: dict[str, Any] = json.loads(done.stdout)
    assert found.keys() == documented()[command]
    return found


def test_every_command_with_json_is_on_the_page() -> None:
    commands = get_command(app).commands
    below = {
        f"{name} {part}": command
        for name, group in commands.items()
        for part, command in getattr(group, "commands", {}).items()
    }
    with_json = {
        name
        for name, command in (commands | below).items()
        if any("--json" in option.opts for option in command.params)
    }
    assert with_json == documented().keys()


def test_an_erasure_lists_what_it_removes(shop: Path) -> None:
    found = printed("erase", "--customer", "C1", "--dry-run")
    assert (found["dry_run"], found["rows"], found["left"], found["sources"]) == (True, 2, [], [])
    assert {"place": "main.mart_people", "count": 2, "unit": "rows"} in found["removals"]
    assert printed("erase", "--customer", "C1", "--yes")["dry_run"] is False
    with duckdb.connect(str(shop / "shop.duckdb"), read_only=True) as connection:
        assert connection.sql("from mart_people").fetchall() == [("C2",)]


def test_an_erasure_with_json_asks_nothing(shop: Path) -> None:
    done = CliRunner().invoke(app, ["erase", "--json", "--customer", "C1"])
    assert "Add --dry-run or --yes" in str(done.exception)
    with duckdb.connect(str(shop / "shop.duckdb"), read_only=True) as connection:
        assert connection.sql("select count(*) from mart_people").fetchall() == [(3,)]


def test_compact_gives_both_sizes(shop: Path) -> None:
    found = printed("compact")
    assert found["file"] == str(shop / "shop.duckdb")
    assert found["bytes_after"] == (shop / "shop.duckdb").stat().st_size <= found["bytes_before"]


def test_itemsets_gives_the_counts(tmp_path: Path) -> None:
    source = tmp_path / "tills.csv"
    source.write_text("till,what\nr1,Tea\nr1,Milk\nr2,Tea\nr2,Milk\nr3,Tea\nr4,\n", encoding="utf-8")
    options = f"{source} --basket till --item what --min-support 2 --out {tmp_path / 'found'}"
    found = printed("itemsets", *options.split())
    assert (found["baskets_count"], found["itemsets_count"], found["levels"]) == (3, 3, [2, 1])
    assert (found["rules_count"], found["left_out_lines_count"]) == (2, 1)
    assert Path(found["itemsets"]).is_file()


def test_features_sync_gives_the_families(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change = Change(added=("weekend",), removed=())
    monkeypatch.setattr(features_sync, "sync", lambda *given, **named: change)
    assert printed("features sync") == {"added": ["weekend"], "removed": []}


def test_an_evaluation_has_the_keys_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    result = Evaluation(rows=2, churned_share=0.5, metrics={"auc": 0.8})
    print_evaluation(result, as_of=date(2024, 5, 1), out=Path("x"), console=Console(), as_json=True)
    assert json.loads(capsys.readouterr().out).keys() == documented()["evaluate"]


def test_the_facts_of_the_summary_are_on_the_page() -> None:
    assert FACTS.keys() == documented()["summary"]
