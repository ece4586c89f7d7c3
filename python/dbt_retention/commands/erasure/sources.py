"""Finds seeds and other data files of a project that name a customer. They are listed, not changed."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path

import duckdb

from dbt_retention.commands.erasure.files import TABULAR, names_them
from dbt_retention.commands.erasure.person import SOURCE, Person, Removal
from dbt_retention.dbt_runner import Project
from dbt_retention.quoting import quoted_name, quoted_text

DATA = {*TABULAR, ".parquet", ".json", ".jsonl", ".ndjson", ".txt", ".sql", ".yml", ".yaml"}
NOT_SOURCES = {".git", ".venv", "venv", "node_modules", "dbt_packages", "target", "logs", "__pycache__"}


def sources_that_name(project: Project, person: Person, *, cleaned: set[Path]) -> list[Removal]:
    """Data files of the project's folder that name the customer. cleaned: files that erasure has changed."""
    return [
        Removal(str(path), 1, SOURCE)
        for path in sorted(_data_files(project.folder))
        if path.resolve() not in cleaned and _names(path, person)
    ]


def _data_files(folder: Path) -> Iterator[Path]:
    seen: set[str] = set()
    for place, folders, names in os.walk(folder, followlinks=True):  # seeds may be a link
        real = os.path.realpath(place)
        folders[:] = [name for name in folders if name not in NOT_SOURCES and not name.startswith(".")]
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        for name in names:
            path = Path(place) / name
            if path.suffix.lower() in DATA and path.is_file():
                yield path


def _names(path: Path, person: Person) -> bool:
    try:
        if path.suffix.lower() == ".parquet":
            return _parquet_names(path, person)
        content = path.read_bytes()
        if names_them(content, person):
            return True
        delimiter = TABULAR.get(path.suffix.lower())
        return delimiter is not None and _has_their_row(content.decode("utf-8-sig"), delimiter, person)
    except (OSError, UnicodeDecodeError, csv.Error, duckdb.Error):
        return False


def _has_their_row(text: str, delimiter: str, person: Person) -> bool:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [field.strip() for field in next(records, [])]
    column = person.id_column(header)
    if column is None:
        return False
    at = header.index(column)
    return any(len(record) > at and record[at].strip() == person.customer_id for record in records)


def _parquet_names(path: Path, person: Person) -> bool:
    with duckdb.connect() as connection:
        relation = f"read_parquet({quoted_text(str(path))})"
        columns = [row[0] for row in connection.execute(f"describe from {relation}").fetchall()]
        id_column = person.id_column(columns)
        if id_column:
            condition = person.is_theirs(id_column)
        else:
            values = ", ".join(map(quoted_text, sorted(person.telling))) or "null"
            each = [
                f"lower(trim(cast({quoted_name(column)} as varchar))) in ({values})" for column in columns
            ]
            condition = " or ".join(f"coalesce({one}, false)" for one in each)
        return bool(connection.execute(f"select 1 from {relation} where {condition} limit 1").fetchall())
