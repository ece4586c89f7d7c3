"""DuckDB 1.5 and dbt-core 1.12 build the same tables: `make test-duckdb-1`, `make test-dbt-1.12`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from conftest import Shop, seeds_shop
from engines import compare

pytestmark = pytest.mark.versions


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The seeds, built with the versions of the lock."""
    made = seeds_shop(tmp_path_factory.mktemp("ours"))
    made.build()
    return made


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The seeds, built by the commands of another environment."""
    made = replace(
        seeds_shop(tmp_path_factory.mktemp("other")), commands=Path(os.environ["RETENTION_OTHER_COMMANDS"])
    )
    made.build()
    return made


def versions(shop: Shop) -> str:
    shown = "import dbt.version, duckdb; print(dbt.version.__version__, duckdb.__version__)"
    return shop.run("python", "-c", shown).stdout.strip()


def test_the_other_environment_has_other_versions(shop: Shop, other: Shop) -> None:
    assert versions(shop)
    assert versions(other)
    assert versions(shop) != versions(other)


def test_every_table_is_the_same(shop: Shop, other: Shop, tmp_path: Path) -> None:
    exported = tmp_path / "exported"
    with duckdb.connect(str(other.warehouse), read_only=True) as connection:
        for (name,) in connection.sql(
            "select table_name from duckdb_tables() where schema_name = 'main'"
        ).fetchall():
            (exported / name).mkdir(parents=True)
            connection.execute(f"copy main.{name} to '{exported / name}/rows.parquet'")
    compared = compare(shop.warehouse, exported)
    differing = [str(difference) for difference in compared if not difference.is_none]
    assert not differing, "\n".join(differing)
    assert len(compared) > 100
