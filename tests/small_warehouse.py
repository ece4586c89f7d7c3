"""A dbt project with a few tables that a test writes itself; nothing is built."""

from __future__ import annotations

from pathlib import Path

import duckdb
from dbt_retention.dbt_runner import Project

PROFILES = """
shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: shop.duckdb}
"""


def project_of(folder: Path, sql: str) -> Project:
    """A dbt project whose warehouse contains the tables of `sql`."""
    (folder / "dbt_project.yml").write_text("{name: shop, profile: shop, log-path: my_logs}")
    (folder / "profiles.yml").write_text(PROFILES)
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute(sql)
    return Project.at(folder)


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "shop.duckdb"), read_only=True) as connection:
        return connection.sql(query).fetchall()
