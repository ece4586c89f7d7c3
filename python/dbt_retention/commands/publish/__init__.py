"""`retention publish`: copies the marts of the last build to where people and BI tools read them.

Each destination is all-or-nothing: readers see the tables of the build before, or those of this one. The
warehouse itself is locked while a build runs; a published copy never is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console

from dbt_retention.commands.printed_json import print_json
from dbt_retention.commands.publish.folders import write_audiences, write_csv, write_parquet
from dbt_retention.commands.publish.marts import AUDIENCES, Marts, marts_of
from dbt_retention.commands.publish.postgres import write_postgres
from dbt_retention.commands.publish.serving_file import write_serving_file
from dbt_retention.commands.written_files import POSTGRES, Written, note_written
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target

KINDS = ("duckdb", "parquet", "csv", "postgres", "audiences")


@dataclass(frozen=True)
class Destination:
    """Where to publish: a kind of KINDS, and its file, its folder, or its schema of PostgreSQL."""

    kind: str
    place: str | Path

    def write(self, marts: Marts) -> None:
        """Replace what is there by `marts`, all or nothing. Raises RetentionError."""
        if self.kind == "postgres":
            write_postgres(marts, str(self.place))
        else:
            writers = {
                "duckdb": write_serving_file,
                "parquet": write_parquet,
                "csv": write_csv,
                "audiences": write_audiences,
            }
            writers[self.kind](marts, Path(self.place).absolute())


def publish(
    target: Target,
    destinations: Sequence[Destination],
    *,
    console: Console,
    invocation_id: str | None = None,
    as_json: bool = False,
) -> None:
    """Copy the marts of the warehouse to every destination, and print what was written.

    invocation_id: dbt's id of the build, if it is known. as_json: print one list instead of sentences. Raises
    RetentionError where there is no destination, the warehouse has no mart, a build is writing it, or a
    destination cannot be written; that destination is then as it was.
    """
    if not destinations:
        raise RetentionError(
            "no destination is given; expected one or more of "
            f"{', '.join(f'--{kind}' for kind in KINDS)}. "
            "Run: retention publish --duckdb serving/marts.duckdb"
        )
    for destination in destinations:
        if destination.kind != "postgres" and Path(destination.place).resolve() == target.path:
            raise RetentionError(
                f"--{destination.kind} is the warehouse itself, {target.path}; name another file"
            )
    written: list[dict[str, Any]] = []
    with marts_of(target, invocation_id=invocation_id) as marts:
        for destination in destinations:
            started = perf_counter()
            destination.write(marts)
            is_path = destination.kind != POSTGRES
            place = str(Path(destination.place).absolute() if is_path else destination.place)
            written_at = marts.published_at.replace(tzinfo=None)
            note_written(target.path, Written(destination.kind, place, written_at))
            names = [AUDIENCES] if destination.kind == "audiences" else marts.names
            written.append(
                {
                    "kind": destination.kind,
                    "place": str(destination.place),
                    "tables": len(names),
                    "rows": sum(marts.rows[name] for name in names),
                    "as_of_date": str(marts.as_of_date) if marts.as_of_date else None,
                    "published_at": marts.published_at.isoformat(),
                    "invocation_id": invocation_id,
                    "seconds": round(perf_counter() - started, 3),
                }
            )
            if not as_json:
                console.print(_sentence(written[-1]), highlight=False, soft_wrap=True)
    if as_json:
        print_json(written, console=console)


def _sentence(written: dict[str, Any]) -> str:
    place = f"schema {written['place']} of PostgreSQL" if written["kind"] == "postgres" else written["place"]
    return (
        f"Published {written['tables']:,} {'table' if written['tables'] == 1 else 'tables'}, "
        f"{written['rows']:,} rows, as of {written['as_of_date'] or 'an unknown date'}, to {place} "
        f"in {written['seconds']:.1f} s."
    )
