"""dbt's own commands work as docs/commands.md says, on a small shop that is never fully built."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
import yaml
from conftest import ORDERS_OF_FEW, ROOT, Shop, foreign_shop

pytestmark = pytest.mark.whole_shop

NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop with orders only and a second target in the same file; not built yet."""
    made = foreign_shop(
        tmp_path_factory.mktemp("commands") / "shop",
        models={"my_orders": ORDERS_OF_FEW},
        variables={"input_orders": "my_orders"},
    )
    profiles = made.folder / "profiles.yml"
    profile = yaml.safe_load(profiles.read_text())
    outputs = profile["somebody"]["outputs"]
    outputs["copy"] = outputs["duckdb"] | {"schema": "copy"}
    profiles.write_text(yaml.safe_dump(profile))
    return made


@pytest.fixture(scope="module")
def compiled(shop: Shop) -> Shop:
    done = shop.dbt("compile", "--quiet")
    assert done.returncode == 0, done.stdout + done.stderr
    return shop


@pytest.fixture(scope="module")
def empty(compiled: Shop) -> Shop:
    done = compiled.dbt("build", "--empty", "--exclude-resource-type", "unit_test")
    assert done.returncode == 0, done.stdout[done.stdout.find("Completed with") :]
    return compiled


def test_compile_works_before_anything_is_built(compiled: Shop) -> None:
    sql = compiled.folder / "target/compiled/retention/models/staging/stg_retention__orders.sql"
    assert "order_amount" in sql.read_text()


def test_build_empty_creates_every_table_without_rows(empty: Shop) -> None:
    assert empty.query("select count(*) from int_retention__purchases") == [(0,)]
    assert empty.query("select count(*) from mart_early_warning") == [(0,)]
    assert not list(empty.models.glob("*/*/model.onnx"))


def test_retry_runs_the_failed_nodes(empty: Shop) -> None:
    model = empty.folder / "models" / "my_orders.sql"
    right = model.read_text()
    chosen = ("--select", "my_orders", "stg_retention__rejected_rows", *NO_TESTS)
    try:
        model.write_text("select no_such_column from (select 1 as one)")
        assert empty.dbt("build", *chosen).returncode != 0
    finally:
        model.write_text(right)
    done = empty.dbt("retry")
    assert done.returncode == 0, done.stdout
    results = json.loads((empty.folder / "target" / "run_results.json").read_text())["results"]
    nodes = [result["unique_id"] for result in results if not result["unique_id"].startswith("operation.")]
    assert {node.split(".")[-1] for node in nodes} == {
        "my_orders",
        "stg_retention__rejected_rows",
    }


def test_clone_creates_a_view_of_each_table(empty: Shop) -> None:
    state = empty.folder / "state"
    state.mkdir()
    shutil.copy(empty.folder / "target" / "manifest.json", state)
    python_models = [path.stem for path in (ROOT / "dbt_project" / "models").rglob("*.py")]
    [row] = [row for row in (ROOT / "docs/commands.md").read_text().splitlines() if "| `dbt clone`" in row]
    assert all(name in row for name in python_models)
    done = empty.dbt("clone", "--state", str(state), "--target", "copy", "--exclude", *python_models)
    assert done.returncode == 0, done.stdout
    [(cloned, built)] = empty.query(
        "select count(*) filter (where table_schema = 'copy'), count(*) filter (where table_schema = 'main') "
        "from information_schema.tables where table_schema in ('copy', 'main')"
    )
    assert cloned > 100
    assert cloned == built - len(python_models)


def test_a_warehouse_in_memory_builds_and_cannot_be_read_afterwards(compiled: Shop) -> None:
    in_memory = replace(compiled, environment={"RETENTION_DUCKDB": ":memory:"})
    # With seeds: a warehouse in memory is lost between two commands.
    done = in_memory.dbt("build", "--empty", *NO_TESTS)
    assert done.returncode == 0, done.stdout
    read = in_memory.run("retention", "summary", "--project", ".")
    assert read.returncode == 1
    assert "is in memory (path: ':memory:')" in read.stderr
