"""`retention erase`: removes one customer from a warehouse, its copies, logs and exports.

Rows of the customer are found by customer_id or by the columns of --id-column. In tables without such a
column they are found by an id that only this customer has: of an order, a session, a review, a ticket or a
return. Where such an id, the e-mail address or the telephone number occurs in another row or in a text, it is
replaced by the word 'erased'. A salted hash of the customer_id (the tombstone) keeps later builds from adding
the customer again.

DuckDB does not overwrite deleted data. So each file is written again without the customer and then replaces
the old file in one step; when the command is interrupted, the old file is complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from dbt_retention.commands.erasure.files import files_in, files_of, without_in_file
from dbt_retention.commands.erasure.person import LEFT, SOURCE, Person, Removal
from dbt_retention.commands.erasure.sources import sources_that_name
from dbt_retention.commands.erasure.tables import erased_at, known, rewrite_database
from dbt_retention.commands.printed_json import print_json
from dbt_retention.commands.written_files import POSTGRES, list_of_places, written_files
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import open_to_write, target_of


def erase(
    project: Project,
    customer_id: str,
    *,
    also: Sequence[Path] = (),
    id_columns: Sequence[str] = (),
    target_name: str | None = None,
    dry_run: bool = False,
) -> list[Removal]:
    """Remove the customer from the warehouse, the DuckDB files beside it, logs and dbt's artifacts.

    also: further files and folders, such as exports. id_columns: further columns that hold a customer_id.
    target_name: an output of the profile; None = its default. dry_run: do the same, but leave every file as
    it is. The warehouse is cleaned last, because only it knows the customer's other ids. Raises
    RetentionError where the customer is unknown, or the warehouse is in use.
    """
    unknown = Person(customer_id.strip(), frozenset({"customer_id", *map(str.lower, id_columns)}))
    for path in also:
        if not path.exists():
            raise RetentionError(f"--also is {path}, which does not exist; expected a file or folder")
    target = target_of(project, target_name=target_name)
    connection = open_to_write(target.path)
    try:
        person = known(connection, unknown)
        before = erased_at(connection, unknown.customer_id)
        if person is None and before is None:
            raise RetentionError(
                f"customer '{unknown.customer_id}' is in no table of {target.path}, and was not erased "
                "before. Known customers: select customer_id from stg_retention__customers"
            )
        removals = []
        exports = files_in(also)
        for path in files_of(project, target, also):
            removals += without_in_file(path, person or unknown, is_export=path in exports, dry_run=dry_run)
        removals += rewrite_database(
            connection, target.path, person or unknown, has_tombstones=True, dry_run=dry_run
        )
        for written in written_files(target.path):
            if written.kind == POSTGRES and (before is None or written.written_at < before):
                place = f"schema {written.place} of PostgreSQL (publish again, then erase again)"
                removals.append(Removal(place, 1, LEFT))
        cleaned = {list_of_places(target.path), *files_of(project, target, also), target.path}
        removals += sources_that_name(project, person or unknown, cleaned=cleaned)
    finally:
        connection.close()
    return removals


def print_removals(
    removals: Sequence[Removal], *, console: Console, dry_run: bool = False, as_json: bool = False
) -> None:
    """Print what was removed from each table and file, or would be. as_json: as one object.

    Raises RetentionError with the places that could not be cleaned.
    """
    if as_json:
        _print_object(removals, console=console, dry_run=dry_run)
        if not dry_run:
            _refuse_what_is_left(removals)
        return
    for removal in removals:
        if removal.unit == SOURCE:
            console.print(f"{removal.place}: {removal.unit}", soft_wrap=True)
        elif removal.unit != LEFT:
            console.print(f"{removal.place}: {removal.count:,} {removal.unit}", soft_wrap=True)
    rows = sum(removal.count for removal in removals if removal.unit == "rows")
    if dry_run:
        console.print(f"Would remove {rows:,} rows. Nothing was changed.", soft_wrap=True)
        left = [removal.place for removal in removals if removal.unit == LEFT]
        if left:
            console.print(
                f"Cannot be cleaned, and may contain the customer: {', '.join(left)}", soft_wrap=True
            )
        return
    console.print(
        f"Removed {rows:,} rows. Model files contain no customer data. Later builds leave the customer out. "
        "Clean the shop's own sources and backups yourself.",
        soft_wrap=True,
    )
    _refuse_what_is_left(removals)


def _print_object(removals: Sequence[Removal], *, console: Console, dry_run: bool) -> None:
    cleaned = [asdict(removal) for removal in removals if removal.unit not in (LEFT, SOURCE)]
    found = {
        "dry_run": dry_run,
        "rows": sum(removal["count"] for removal in cleaned if removal["unit"] == "rows"),
        "removals": cleaned,
        "left": [removal.place for removal in removals if removal.unit == LEFT],
        "sources": [removal.place for removal in removals if removal.unit == SOURCE],
    }
    print_json(found, console=console)


def _refuse_what_is_left(removals: Sequence[Removal]) -> None:
    left = [removal.place for removal in removals if removal.unit == LEFT]
    if left:
        raise RetentionError(
            f"cannot be cleaned, and may contain the customer: {', '.join(left)}. Remove the customer from "
            "them by hand, or delete them. See docs/privacy.md"
        )
