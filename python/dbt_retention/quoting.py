"""Names and texts as SQL writes them, whatever they hold."""

from __future__ import annotations


def quoted_name(identifier: str) -> str:
    """A table's or column's name."""
    return '"' + identifier.replace('"', '""') + '"'


def quoted_text(value: str) -> str:
    """A text, as a literal."""
    return "'" + value.replace("'", "''") + "'"
