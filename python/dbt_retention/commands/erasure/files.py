"""Finds the files that may contain a customer, and removes the customer from each kind of file."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml

from dbt_retention.commands.erasure.person import LEFT, Person, Removal
from dbt_retention.commands.erasure.tables import rewrite_database, rewrite_parquet, take_place
from dbt_retention.commands.written_files import written_files
from dbt_retention.dbt_runner import Project
from dbt_retention.warehouse import Target, open_to_write

TABULAR = {".csv": ",", ".tsv": "\t"}


def files_of(project: Project, target: Target, also: Sequence[Path]) -> list[Path]:
    """Every file that may contain the customer, except the warehouse itself."""
    settings = yaml.safe_load((project.folder / "dbt_project.yml").read_text(encoding="utf-8"))
    names = [os.environ.get("DBT_TARGET_PATH"), os.environ.get("DBT_LOG_PATH"), "target", "logs"]
    names += [settings.get("target-path"), settings.get("log-path")]
    places = [folder / name for folder in (project.folder, project.working_folder) for name in names if name]
    places += [target.models_path, *filter(_is_database, target.path.parent.iterdir()), *also]
    places += _written_places(target)
    files = files_in(places) - {target.path, target.path.with_name(target.path.name + ".wal")}
    return sorted(files)


def _written_places(target: Target) -> Iterator[Path]:
    """What publishing and reports wrote, with the versions of a folder that publishing keeps."""
    for written in written_files(target.path):
        path = Path(written.place)
        yield path
        yield path.with_name(f".{path.name}.versions")


def files_in(places: Iterable[Path]) -> set[Path]:
    """These files, and all files below these folders."""
    return {
        path.resolve()
        for place in places
        for path in ([place] if place.is_file() else place.rglob("*"))
        if path.is_file()
    }


def _is_database(path: Path) -> bool:
    """Whether it is a DuckDB file, or a file without read permission."""
    try:
        return path.is_file() and _head(path)[8:12] == b"DUCK"
    except PermissionError:
        return True


def _head(path: Path) -> bytes:
    with path.open("rb") as start:
        return start.read(12)


def without_in_file(
    path: Path, person: Person, *, is_export: bool = False, dry_run: bool = False
) -> list[Removal]:
    """Remove the customer from one file.

    is_export: the user named the file with --also; it is then reported as LEFT where it cannot be read.
    dry_run: leave the file as it is.
    """
    try:
        head = _head(path)
    except PermissionError:
        return [Removal(str(path), 0, LEFT)]
    if head[8:12] == b"DUCK":
        with _writable(path):
            connection = open_to_write(path)
            try:
                removals = rewrite_database(connection, path, person, has_tombstones=False, dry_run=dry_run)
                return _named(path, removals)
            finally:
                connection.close()
    if head[:4] == b"PAR1":
        return _named(path, rewrite_parquet(path, person, dry_run=dry_run))
    content = path.read_bytes()
    may_name_them = names_them(content, person)
    if may_name_them and path.suffix == ".msgpack":  # dbt's cache, which dbt writes again
        if not dry_run:
            path.unlink()
        return [Removal(str(path), 1, "file")]
    try:
        text = content.decode("utf-8")
        if may_name_them or path.suffix.lower() in TABULAR:
            return _rewrite_text(path, text, person, dry_run=dry_run)
        is_read = "\0" not in text
    except (UnicodeDecodeError, csv.Error):
        is_read = False
    return [Removal(str(path), 0, LEFT)] if not is_read and (may_name_them or is_export) else []


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    """Allow this user to write a published file, whose permissions are read-only, meanwhile."""
    before = stat.S_IMODE(path.stat().st_mode)
    try:
        path.chmod(before | stat.S_IWUSR)
        yield
    finally:
        path.chmod(before)


def names_them(content: bytes, person: Person) -> bool:
    """Whether a file may contain an id, an address or a telephone number of the customer."""
    small = content.lower()
    if any(word.encode() in small for word in person.telling):
        return True
    if not person.phones:
        return False
    digits = re.sub(rb"[^0-9]", b"", content)
    return any(phone.core.encode() in digits for phone in person.phones)


def _rewrite_text(path: Path, text: str, person: Person, *, dry_run: bool) -> list[Removal]:
    mark = "\ufeff" if text.startswith("\ufeff") else ""  # byte order mark, as Excel writes it
    kept, rows = text.removeprefix(mark), 0
    if delimiter := TABULAR.get(path.suffix.lower()):
        kept, rows = _records_without(kept, delimiter, person)
    cleaned = mark + person.cleaned(kept)
    lines = cleaned.splitlines() if person.is_in_doubt(cleaned) else []
    left = [
        Removal(f"{path} line {number}", 1, LEFT)
        for number, line in enumerate(lines, start=1)
        if person.is_in_doubt(line)
    ]
    if cleaned == text:
        return left
    if not dry_run:
        beside = path.with_name(path.name + ".erasing")
        beside.write_text(cleaned, encoding="utf-8", newline="")
        take_place(beside, path)
    return [Removal(str(path), rows, "rows") if rows else Removal(str(path), 1, "text"), *left]


def _records_without(text: str, delimiter: str, person: Person) -> tuple[str, int]:
    """The unchanged lines of all other records, and the number of the customer's records."""
    lines = io.StringIO(text, newline="").readlines()  # line ends of CSV, not the further ones of Unicode
    reader = csv.reader(lines, delimiter=delimiter)
    kept, header, start, removed = [], None, 0, 0
    for record in reader:
        fields = [field.strip() for field in record]
        if header is None:
            header = fields
        id_column = person.id_column(header)
        if id_column is not None:
            at = header.index(id_column)
            is_theirs = at < len(fields) and fields[at] == person.customer_id
        else:
            is_theirs = not person.telling.isdisjoint(field.lower() for field in fields)
        if is_theirs:
            removed += 1
        else:
            kept += lines[start : reader.line_num]
        start = reader.line_num
    return "".join(kept), removed


def _named(path: Path, removals: list[Removal]) -> list[Removal]:
    return [Removal(f"{path} {removal.place}".strip(), removal.count, removal.unit) for removal in removals]
