"""Quotes names and texts for SQL."""

from __future__ import annotations


def quoted_name(identifier: str) -> str:
    """The name of a table or column, in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def quoted_text(value: str) -> str:
    """A text literal, in single quotes."""
    return "'" + value.replace("'", "''") + "'"
