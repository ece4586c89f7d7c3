"""Remembers the copies of rows that commands wrote elsewhere, so that `retention erase` finds them.

A JSON file beside the warehouse has one entry per place: its kind, its path or schema, and when it was last
written.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

POSTGRES = "postgres"


@dataclass(frozen=True)
class Written:
    """A place outside the warehouse. kind: duckdb, parquet, csv, audiences, report or postgres."""

    kind: str
    place: str
    written_at: datetime  # UTC, without a zone


def list_of_places(warehouse: Path) -> Path:
    """The file that remembers them."""
    return warehouse.with_name(f".{warehouse.name}.written.json")


def note_written(warehouse: Path, written: Written) -> None:
    """Remember a place, or that it was written again. Does nothing where the folder cannot be written."""
    places = {(one.kind, one.place): one for one in written_files(warehouse)}
    places[written.kind, written.place] = written
    path = list_of_places(warehouse)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    entries = [asdict(one) | {"written_at": one.written_at.isoformat()} for one in places.values()]
    try:
        beside.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
        beside.replace(path)
    except OSError:  # a serving file in a folder of somebody else
        beside.unlink(missing_ok=True)


def written_files(warehouse: Path) -> list[Written]:
    """The places that are remembered; those of published files included."""
    try:
        entries = json.loads(list_of_places(warehouse).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    found = []
    for entry in entries:
        one = Written(
            str(entry["kind"]), str(entry["place"]), datetime.fromisoformat(str(entry["written_at"]))
        )
        found.append(one)
        if one.kind == "duckdb" and Path(one.place) != warehouse:
            found += written_files(Path(one.place))
    return found
