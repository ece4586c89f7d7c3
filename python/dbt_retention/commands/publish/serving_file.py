"""Marts to one DuckDB file, which clients from DuckDB 1.4 on can read."""

from __future__ import annotations

from pathlib import Path

import duckdb

from dbt_retention.commands.publish.aside import file_aside
from dbt_retention.commands.publish.marts import Marts
from dbt_retention.errors import RetentionError
from dbt_retention.quoting import quoted_name, quoted_text

STORAGE_VERSION = "v1.4.0"  # the oldest DuckDB that must read the file


def write_serving_file(marts: Marts, path: Path) -> None:
    """Replace `path` by a DuckDB file with a table per mart and published_at, in the schema main.

    Raises RetentionError, and leaves `path` as it was, where the file cannot be written.
    """
    with file_aside(path) as beside:
        try:
            marts.connection.execute(
                f"attach {quoted_text(str(beside))} as serving (storage_version '{STORAGE_VERSION}')"
            )
            try:
                for name in marts.tables:
                    copied = f"create table serving.main.{quoted_name(name)} as from main.{quoted_name(name)}"
                    marts.connection.execute(copied)
            finally:
                marts.connection.execute("detach serving")
        except duckdb.IOException as error:  # e.g. a full disk
            raise RetentionError(
                f"{path} was not changed: {str(error).splitlines()[0]}. Free the disk, and publish again"
            ) from error
