"""Removes one person from a warehouse, its copies, logs and exports, and leaves a salted tombstone.

A row is theirs by its customer_id (or another column that is said to hold it); in a table without one, by an
id that only they have (of an order, a visit, a review, a ticket, a return). Where such an id, their e-mail or
their telephone stands in somebody else's row, or in a text, the word 'erased' takes its place.

DuckDB neither overwrites nor gives back what is deleted. So a file is written anew, without the person, and
takes the old one's place in one step: whoever breaks it off has the old file, whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from dbt_retention.commands.erasure.files import files_in, files_of, without_in_file
from dbt_retention.commands.erasure.person import LEFT, Person, Removal
from dbt_retention.commands.erasure.tables import is_tombstoned, known, rewrite_database
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
) -> list[Removal]:
    """Remove the customer from the warehouse, the DuckDB files beside it, logs, and what dbt compiled.

    also: further files and folders (exports, scores). id_columns: what the shop's own tables call
    customer_id. target_name: an output of the profile; None = its default. Files come first, for the
    warehouse alone knows what else is the person's. Raises RetentionError where nobody knows the customer,
    or the warehouse is in use.
    """
    nobody = Person(customer_id.strip(), frozenset({"customer_id", *map(str.lower, id_columns)}))
    for path in also:
        if not path.exists():
            raise RetentionError(f"--also {path}: there is no such file or folder")
    target = target_of(project, target_name=target_name)
    connection = open_to_write(target.path)
    try:
        person = known(connection, nobody)
        if person is None and not is_tombstoned(connection, nobody.customer_id):
            raise RetentionError(
                f"customer '{nobody.customer_id}' stands in no table of {target.path}, and was not erased "
                "before. Who there is: select customer_id from stg_retention__customers"
            )
        removals = []
        exports = files_in(also)
        for path in files_of(project, target, also):
            removals += without_in_file(path, person or nobody, is_export=path in exports)
        removals += rewrite_database(connection, target.path, person or nobody, has_tombstones=True)
    finally:
        connection.close()
    return removals


def print_removals(removals: Sequence[Removal], *, console: Console) -> None:
    """Print what was removed where. Raises RetentionError where a file could not be cleaned."""
    for removal in removals:
        if removal.unit != LEFT:
            console.print(
                f"{removal.place}: {removal.count:,} {removal.unit}", highlight=False, soft_wrap=True
            )
    rows = sum(removal.count for removal in removals if removal.unit == "rows")
    console.print(
        f"Removed: {rows:,} rows. Model files name no customers. A tombstone keeps the next build from "
        "bringing the person back; the shop's own sources, and backups, are yours to clean.",
        highlight=False,
        soft_wrap=True,
    )
    left = [removal.place for removal in removals if removal.unit == LEFT]
    if left:
        raise RetentionError(
            f"these cannot be cleaned, and may name the customer: {', '.join(left)}. Look at them, and take "
            "the customer out by hand, or delete them"
        )
