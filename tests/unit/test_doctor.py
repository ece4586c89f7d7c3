"""`retention doctor` finds each problem, and names its fix."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import duckdb
import pytest
from dbt_retention.commands import doctor as module
from dbt_retention.commands.doctor import doctor
from dbt_retention.errors import RetentionError
from json_page import documented
from rich.console import Console

PROFILE = """
shop:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: shop.duckdb
      config_options: {storage_compatibility_version: v1.4.0}
      plugins: [{module: dbt_retention.duckdb_plugin, config: {models_path: models_onnx}}]
"""
PROJECT = "{name: shop, profile: shop, vars: {retention: {input_orders: my_orders}}}"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with nothing wrong, that was not built yet."""
    files = {
        "dbt_project.yml": PROJECT,
        "profiles.yml": PROFILE,
        "packages.yml": "packages: []",
        "models/my_orders.sql": "select 1",
        "dbt_packages/retention/dbt_project.yml": f"{{name: retention, version: {module.__version__}}}",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def checks_of(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[str, str, str]]:
    """Status, what was found, and fix of each check."""
    with contextlib.suppress(RetentionError):
        doctor(folder, target_name=None, console=Console(), as_json=True)
    printed = json.loads(capsys.readouterr().out)
    assert all(check.keys() == documented()["doctor"] for check in printed)
    return {check["name"]: (check["status"], check["found"], check["fix"]) for check in printed}


def build(folder: Path, *, storage: str = "v1.4.0") -> None:
    with duckdb.connect(
        str(folder / "shop.duckdb"), config={"storage_compatibility_version": storage}
    ) as connection:
        connection.execute("create table mart_early_warning as select 1 as customer_id")


def test_a_project_without_problems(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build(shop)
    found = checks_of(shop, capsys)
    assert {name: status for name, (status, _, _) in found.items()} == {
        **dict.fromkeys(("versions", "project", "package", "inputs", "profile"), "ok"),
        **dict.fromkeys(("warehouse", "last build", "inputs read", "disk"), "ok"),
        "models": "warning",
    }
    doctor(shop, target_name=None, console=Console())
    lines = capsys.readouterr().out.splitlines()
    assert "ok      inputs: input_orders: my_orders" in lines
    assert "        Run: retention build" in lines, "the fix of the warning about models"


def test_scoring_outside_dbt_needs_no_plugin(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "profiles.yml").write_text(PROFILE.replace("duckdb_plugin", "x"))
    assert checks_of(shop, capsys)["profile"][0] == "error"
    (shop / "dbt_project.yml").write_text(PROJECT.replace("retention: {", "retention: {scoring: external, "))
    assert checks_of(shop, capsys)["profile"][0] == "ok"


@pytest.mark.parametrize(
    ("file", "text", "check", "status", "found", "fix"),
    [
        ("packages.yml", None, "package", "error", "no packages.yml", "Run: retention init"),
        (
            "dbt_packages/retention/dbt_project.yml",
            None,
            "package",
            "error",
            "no package retention",
            "dbt deps",
        ),
        (
            "dbt_packages/retention/dbt_project.yml",
            "{name: retention, version: 0.0.9}",
            *("package", "error", "version 0.0.9, the Python package", "same version of both"),
        ),
        ("models/my_orders.sql", None, "inputs", "error", "input_orders: my_orders", "Create it"),
        (
            "dbt_project.yml",
            "{name: shop, profile: shop}",
            "inputs",
            "error",
            "not set",
            "Run: retention init",
        ),
        (
            "dbt_project.yml",
            "{name: shop, profile: shop, vars: {input_orders: raw.orders, input_order: x}}",
            *("inputs", "error", "input_order is no input", "docs/inputs.md"),
        ),
        ("profiles.yml", None, "profile", "error", "", "Run: retention init"),
        (
            "profiles.yml",
            PROFILE.replace("duckdb_plugin", "x"),
            "profile",
            "error",
            "plugin is missing",
            "plugins: [",
        ),
        (
            "profiles.yml",
            PROFILE.replace("config_options: {storage_compatibility_version: v1.4.0}", "threads: 1"),
            *(
                "profile",
                "warning",
                "can be read by DuckDB",
                "config_options: {storage_compatibility_version",
            ),
        ),
        (
            "profiles.yml",
            PROFILE.replace("shop.duckdb", "':memory:'"),
            *("warehouse", "warning", "in memory", "Set path in profiles.yml"),
        ),
        ("shop.duckdb", None, "warehouse", "warning", "does not exist yet", "Run: retention build"),
        (
            "target/run_results.json",
            '{"metadata": {"invocation_id": "1"}, "args": {"which": "build"}, "results": '
            '[{"unique_id": "model.retention.mart_drift", "status": "error"}]}',
            *("last build", "error", "failed at model mart_drift", "Run: retention build"),
        ),
        (".shop.duckdb.building", "", "last build", "error", "did not finish", "Run: retention build"),
    ],
)
def test_each_problem_has_a_fix(
    shop: Path,
    file: str,
    text: str | None,
    check: str,
    status: str,
    found: str,
    fix: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(shop))
    build(shop)
    path = shop / file
    if text is None:
        path.unlink()
    else:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    answer = checks_of(shop, capsys)[check]
    assert answer[0] == status, answer
    assert found in answer[1]
    assert fix in answer[2]


def test_a_file_of_a_newer_duckdb_is_named(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build(shop, storage="latest")
    status, found, fix = checks_of(shop, capsys)["warehouse"]
    assert (status, "clients of DuckDB 1.4 cannot read it" in found) == ("warning", True), found
    assert "retention publish" in fix


@pytest.mark.parametrize(("first", "status"), [("2026-05-03", "ok"), ("2026-05-01", "warning")])
def test_the_last_reading_of_all_rows_is_named(
    shop: Path, capsys: pytest.CaptureFixture[str], first: str, status: str
) -> None:
    build(shop)
    with duckdb.connect(str(shop / "shop.duckdb")) as connection:
        connection.execute(
            "create table stg_retention__checked_orders as "
            f"select unnest([date '{first}', date '2026-05-09']) as read_date"
        )
    answer = checks_of(shop, capsys)["inputs read"]
    assert answer[:2] == (status, f"all rows on {first}, new rows on 2026-05-09")
    assert ("input_reload_days: null" in answer[2]) == (status == "warning")


def test_a_full_disk_is_an_error(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build(shop)
    monkeypatch.setattr(module, "FREE_BYTES", 10**18)
    assert checks_of(shop, capsys)["disk"][0] == "error"
    with pytest.raises(RetentionError, match="1 problem: disk"):
        doctor(shop, target_name=None, console=Console(quiet=True))


def test_wrong_versions_are_named(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        module, "requires", lambda name: ["duckdb<1", "no-such-package>=3", "streamlit; extra=='bi'"]
    )
    status, found, fix = checks_of(shop, capsys)["versions"]
    assert (status, fix) == ("error", "Run: pip install --upgrade dbt-retention")
    assert "; expected <1" in found
    assert "no-such-package is not installed; expected >=3" in found
    assert "streamlit" not in found


def test_outside_a_project_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = checks_of(tmp_path, capsys)
    assert found["versions"][0] == "ok"
    assert found["project"][0] == "error"
    assert "--project my_shop" in found["project"][2]
