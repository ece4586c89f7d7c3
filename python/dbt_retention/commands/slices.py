"""Slices: the marts for one kind of reader, with every model above them. dbt_project.yml sets their tags."""

from __future__ import annotations

from dbt_retention.errors import RetentionError

SLICES = (
    "warnings",
    "segments",
    "baskets",
    "decisions",
    "effects",
    "members",
    "advertising",
    "service",
    "inventory",
    "value",
    "monitoring",
)


def selection_of(only: str) -> list[str]:
    """dbt selectors of slices. only: their names, separated by commas. Raises RetentionError otherwise."""
    names = [name.strip() for name in only.split(",")]
    if unknown := [name for name in names if name not in SLICES]:
        raise RetentionError(
            f"--only '{', '.join(unknown)}' is not a slice; expected one or more of {', '.join(SLICES)}, "
            "separated by commas. See docs/daily-use.md"
        )
    return [f"+tag:retention_{name}" for name in names]
