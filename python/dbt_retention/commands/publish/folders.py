"""Marts to folders of Parquet or CSV files, and audiences to a file per advertising platform."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dbt_retention.commands.publish.aside import folder_aside
from dbt_retention.commands.publish.marts import AUDIENCES, PLATFORMS, Marts
from dbt_retention.errors import RetentionError
from dbt_retention.quoting import quoted_name, quoted_text

CSV = "format csv, header true"


def write_parquet(marts: Marts, path: Path) -> None:
    """Make `path` a link to a new folder with one Parquet file per mart, and published_at.parquet."""
    _write(marts, path, ending="parquet", options="format parquet, compression zstd")


def write_csv(marts: Marts, path: Path) -> None:
    """Make `path` a link to a new folder with one CSV file per mart: UTF-8, a header, empty = null."""
    _write(marts, path, ending="csv", options=CSV)


def write_audiences(marts: Marts, path: Path) -> None:
    """Make `path` a link to a new folder with a CSV file per platform and audience: meta_win_back.csv.

    The columns are those of the platform, hashed. Only the owner may read the files. Raises RetentionError
    where the warehouse has no audiences.
    """
    if AUDIENCES not in marts.names:
        raise RetentionError(
            f"{AUDIENCES} is not in the warehouse, so there are no audiences. Build it first: "
            "retention build --only advertising"
        )
    relation = f"hashed.{AUDIENCES}"
    found = marts.connection.execute(f"select distinct audience from {relation} order by audience").fetchall()
    with folder_aside(path) as folder:
        for (audience,) in found:
            for platform, columns in PLATFORMS.items():
                listed = ", ".join(f"{source} as {quoted_name(name)}" for name, source in columns.items())
                query = (
                    f"select {listed} from {relation} where audience = {quoted_text(audience)} "
                    f"and coalesce({', '.join(columns.values())}) is not null order by customer_id"
                )
                file = folder / f"{platform}_{audience}.csv"
                _copy(marts, f"({query})", file, options=CSV, place=path)
                file.chmod(0o600)
        folder.chmod(0o700)


def _write(marts: Marts, path: Path, *, ending: str, options: str) -> None:
    with folder_aside(path) as folder:
        for name in marts.tables:
            _copy(marts, quoted_name(name), folder / f"{name}.{ending}", options=options, place=path)


def _copy(marts: Marts, source: str, file: Path, *, options: str, place: Path) -> None:
    try:
        marts.connection.execute(f"copy {source} to {quoted_text(str(file))} ({options})")
    except duckdb.IOException as error:  # e.g. a full disk
        raise RetentionError(
            f"{place} was not changed: {str(error).splitlines()[0]}. Free the disk, and publish again"
        ) from error
