"""`retention compact`: writes the warehouse again without the free blocks that builds left in it.

A build replaces tables: it writes the new one before it drops the old one, so a file grows by what a build
writes. DuckDB uses these blocks again in later builds, but never makes the file smaller.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
from rich.console import Console

from dbt_retention.commands.printed_json import print_json
from dbt_retention.errors import RetentionError
from dbt_retention.quoting import quoted_name, quoted_text
from dbt_retention.warehouse import Target, open_to_write

UNFINISHED = ".compacting"


def compact(target: Target, *, console: Console, as_json: bool = False) -> tuple[int, int]:
    """Replace the DuckDB file by a copy with the same tables and no free blocks; return both sizes in bytes.

    The copy takes the place of the file in one step: when the command is interrupted, the old file is
    complete. Raises RetentionError where the file is in use, or the disk has no room for the copy.
    """
    path = target.path
    beside = path.with_name(path.name + UNFINISHED)
    connection = open_to_write(path)
    try:
        beside.unlink(missing_ok=True)
        connection.execute("checkpoint")
        before = path.stat().st_size
        _require_room(connection, path)
        [(database, version)] = connection.execute(
            "select database_name, tags['storage_version'] from duckdb_databases() "
            "where database_name = current_database()"
        ).fetchall()
        storage = quoted_text(str(version).rstrip("+"))
        connection.execute(f"attach {quoted_text(str(beside))} as compacted (storage_version {storage})")
        connection.execute(f"copy from database {quoted_name(database)} to compacted")
        connection.execute("detach compacted")
        with beside.open("rb+") as written:
            os.fsync(written.fileno())
        beside.chmod(path.stat().st_mode)
        os.replace(beside, path)
    except (duckdb.Error, OSError) as error:
        raise RetentionError(
            f"{path} was not changed: the copy {beside.name} cannot be written: {str(error).splitlines()[0]}"
        ) from error
    finally:
        connection.close()
        beside.unlink(missing_ok=True)
        beside.with_name(beside.name + ".wal").unlink(missing_ok=True)
    after = path.stat().st_size
    if as_json:
        print_json({"file": str(path), "bytes_before": before, "bytes_after": after}, console=console)
        return before, after
    console.print(
        f"{path}: {before / 1e6:,.1f} MB before, {after / 1e6:,.1f} MB after.",
        soft_wrap=True,
        highlight=False,
    )
    return before, after


def _require_room(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    [(used,)] = connection.execute(
        "select used_blocks * block_size from pragma_database_size() where database_name = current_database()"
    ).fetchall()
    free = shutil.disk_usage(path.parent).free
    if free < used:
        raise RetentionError(
            f"{path} was not changed: its copy needs {used / 1e6:,.0f} MB, and the disk has "
            f"{free / 1e6:,.0f} MB free. Free some space, and run it again"
        )
