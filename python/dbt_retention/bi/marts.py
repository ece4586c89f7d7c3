"""Answers the questions of `queries/` from the marts of a warehouse or of a serving file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from dbt_retention.errors import RetentionError

Row = dict[str, Any]


class Marts:
    """The marts of one build.

    open_file opens a read-only connection to them; it is called once. Use it in a `with` statement.
    """

    def __init__(self, open_file: Callable[[], duckdb.DuckDBPyConnection]) -> None:
        self._connection = open_file()

    def __enter__(self) -> Marts:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def rows(self, question: str, **parameters: Any) -> list[Row]:
        """Rows of queries/<question>.sql; none where a mart that it reads was not built."""
        try:
            relation = self._connection.execute(query_of(question), parameters or None)
        except duckdb.CatalogException:
            return []
        names = [column[0] for column in relation.description or []]
        return [dict(zip(names, row, strict=True)) for row in relation.fetchall()]

    def first(self, question: str, **parameters: Any) -> Row | None:
        """The first row of the answer; None = there is none."""
        rows = self.rows(question, **parameters)
        return rows[0] if rows else None

    def has(self, table: str) -> bool:
        """Whether the mart was built."""
        return bool(
            self._connection.execute(
                "select 1 from duckdb_columns() where table_name = $1 limit 1", [table]
            ).fetchall()
        )

    def published_at(self) -> datetime | None:
        """When the serving file was published; None = it is a warehouse."""
        if not self.has("published_at"):
            return None
        [found] = self._connection.execute("select max(published_at) from published_at").fetchall()
        moment: datetime | None = found[0]
        return moment


@cache
def query_of(question: str) -> str:
    """The SQL of a question."""
    return files(__package__).joinpath("queries", f"{question}.sql").read_text(encoding="utf-8")


def open_serving_file(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a published file. Raises RetentionError where it is missing or unreadable."""
    if not path.is_file():
        raise RetentionError(
            f"{path} does not exist yet. Publish it first: retention publish --duckdb {path}"
        )
    try:
        return duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        raise RetentionError(
            f"{path} cannot be opened: {str(error).splitlines()[0]}. "
            f"Publish it again: retention publish --duckdb {path}"
        ) from error
