"""`retention publish`: copies the marts of the last build to where people and BI tools read them.

Each destination is all-or-nothing: readers see the tables of the build before, or those of this one. The
warehouse itself is locked while a build runs; a published copy never is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from rich.console import Console

from dbt_retention.commands.publish.marts import marts_of
from dbt_retention.commands.publish.serving_file import write_serving_file
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target

KINDS = {"duckdb": write_serving_file}


@dataclass(frozen=True)
class Destination:
    """Where to publish: a kind of KINDS, and its file or folder."""

    kind: str
    place: Path


def publish(
    target: Target,
    destinations: Sequence[Destination],
    *,
    console: Console,
    invocation_id: str | None = None,
) -> None:
    """Copy the marts of the warehouse to every destination, and print what was written.

    invocation_id: dbt's id of the build, if it is known. Raises RetentionError where there is no destination,
    the warehouse has no mart, a build is writing it, or a destination cannot be written; that destination is
    then as it was.
    """
    if not destinations:
        raise RetentionError(
            "no destination is given. Name one: retention publish --duckdb serving/marts.duckdb"
        )
    for destination in destinations:
        if destination.place.resolve() == target.path:
            raise RetentionError(
                f"--{destination.kind} is the warehouse itself, {target.path}; name another file"
            )
    with marts_of(target, invocation_id=invocation_id) as marts:
        for destination in destinations:
            started = perf_counter()
            KINDS[destination.kind](marts, destination.place)
            console.print(
                f"Published {len(marts.names):,} tables, {sum(marts.rows.values()):,} rows, as of "
                f"{marts.as_of_date or 'an unknown date'}, to {destination.place} "
                f"in {perf_counter() - started:.1f} s.",
                highlight=False,
                soft_wrap=True,
            )
