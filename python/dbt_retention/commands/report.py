"""`retention report`: writes one HTML file from the marts of a warehouse or of a serving file."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from rich.console import Console

from dbt_retention.bi.formats import Formats
from dbt_retention.bi.marts import Marts, open_serving_file
from dbt_retention.bi.report import report_of
from dbt_retention.bi.texts import Language, texts_in
from dbt_retention.commands.printed_json import print_json
from dbt_retention.commands.written_files import Written, note_written
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import open_to_read, target_of

FILE_NAME = "retention_report.html"


def write_report(
    project: Project | None,
    *,
    serving_file: Path | None,
    out: Path | None,
    language: Language,
    currency: str,
    title: str | None,
    target_name: str | None,
    console: Console,
    as_json: bool = False,
) -> None:
    """Write the report, whole or not at all, and print its path as the last line. as_json: as one object.

    project: whose warehouse is read, unless serving_file is given. out: None = beside the file that is read.
    title: name of the shop; None = the name of the profile, or of the file. Raises RetentionError where there
    are no marts.
    """
    opened, read, name = _source(project, serving_file, target_name)
    with Marts(opened) as marts:
        if not marts.has("mart_early_warning") and not marts.has("mart_data_readiness"):
            raise RetentionError(
                f"{read} has no marts yet. Build them first: retention build --project <folder>"
            )
        report = report_of(
            marts,
            texts=texts_in(language),
            formats=Formats(currency=currency),
            name=title or name,
            written_at=datetime.now(),
        )
    out = out or read.with_name(FILE_NAME)
    out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        unfinished.write_text(report.html, encoding="utf-8")
        unfinished.replace(out)
        note_written(read, Written("report", str(out.absolute()), datetime.now(UTC).replace(tzinfo=None)))
    finally:
        unfinished.unlink(missing_ok=True)
    if as_json:
        found = {"file": str(out.resolve()), "customers_count": report.customers_count}
        print_json(found | {"bytes": len(report.html.encode())}, console=console)
        return
    console.print(
        f"Wrote the report on {report.customers_count:,} customers, "
        f"{len(report.html.encode()) / 1000:,.0f} kB:"
    )
    console.print(str(out.resolve()))


def _source(
    project: Project | None, serving_file: Path | None, target_name: str | None
) -> tuple[Callable[[], duckdb.DuckDBPyConnection], Path, str]:
    """What opens the marts, the file they are in, and a name for their shop."""
    if serving_file is not None:
        path = serving_file
        return lambda: open_serving_file(path), path, _in_words(path.stem)
    if project is None:
        raise RetentionError("neither a project nor a serving file was given. Pass --project or --file")
    target = target_of(project, target_name=target_name)
    return lambda: open_to_read(target), target.path, _in_words(target.profile_name)


def _in_words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()
