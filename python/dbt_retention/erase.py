"""Removes one person from a warehouse, its copies, logs and exports, and leaves a salted tombstone.

A row is theirs by its customer_id (or another column that is said to hold it); in a table without one, by an
id that only they have (of an order, a visit, a review, a ticket). Where such an id, their e-mail or their
telephone stands in somebody else's row, or in a text, the word 'erased' takes its place.

DuckDB neither overwrites nor gives back what is deleted. So a file is written anew, without the person, and
takes the old one's place in one step: whoever breaks it off has the old file, whole.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import yaml
from rich.console import Console

from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target, open_to_write, target_of

OWNED_IDS = ("order_id", "session_id", "review_id", "ticket_id")
KEYS = {key: key for key in (*OWNED_IDS, "customer_number", "email", "phone")}
KEYS |= {"near_customer_number": "customer_number"}
REPLACEMENT = "erased"
LEFT = "left as it is: no text, and it may name them"
MIN_LETTERED, MIN_DIGITS = 4, 9
TABULAR = {".csv": ",", ".tsv": "\t"}
WORDS = (r"[\w+@-]+(?:\.[\w+@-]+)*", r"\w+")  # a long word such as an e-mail address, and its parts
HASH = "[0-9a-f]{64}"
_LIKE_AN_ID = re.compile(r"(^|_)(id|no|nr|num|number|key|code|ref)$")
_OURS = re.compile(r'\."((stg|int)_retention__|feat_|ml_|mart_)\w+"$')


@dataclass(frozen=True)
class Removal:
    """What was taken out of one table or file. unit: rows, values, text, file, or LEFT."""

    place: str
    count: int
    unit: str


@dataclass(frozen=True)
class Person:
    """One customer: the id, the columns that hold it, and by key the values that are nobody else's.

    Values are trimmed and in lower case.
    """

    customer_id: str
    id_columns: frozenset[str] = frozenset({"customer_id"})
    owned: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def telling(self) -> frozenset[str]:
        """What can be looked for in any text: values too long to mean anything else ('17' may be days)."""
        phones = {re.sub(r"[^\d+]", "", value) for value in self.owned.get("phone", ())}
        return frozenset(filter(is_telling, {self.customer_id.lower()}.union(phones, *self.owned.values())))

    def id_column(self, columns: Iterable[str]) -> str | None:
        """Which of the columns holds the ids of customers."""
        return next((column for column in columns if column.lower() in self.id_columns), None)

    def is_theirs(self, id_column: str) -> str:
        """Condition: the row is theirs by this column."""
        return f"coalesce(trim(cast({_name(id_column)} as varchar)) = {_text(self.customer_id)}, false)"


def is_telling(value: str) -> bool:
    """Is the value, found in a text or in another column, sure to be it? '100234' may be a product too."""
    return len(value) >= (MIN_DIGITS if value.isdigit() else MIN_LETTERED)


def erase(
    project: Project, customer_id: str, *, also: Sequence[Path] = (), id_columns: Sequence[str] = ()
) -> list[Removal]:
    """Remove the customer from the warehouse, the DuckDB files beside it, logs, and what dbt compiled.

    also: further files and folders (exports, scores). id_columns: what the shop's own tables call
    customer_id. Files come first, for the warehouse alone knows what else is the person's. Raises
    RetentionError where nobody knows the customer, or the warehouse is in use.
    """
    nobody = Person(customer_id.strip(), frozenset({"customer_id", *map(str.lower, id_columns)}))
    for path in also:
        if not path.exists():
            raise RetentionError(f"--also {path}: there is no such file or folder")
    target = target_of(project)
    connection = open_to_write(target.path)
    try:
        person = _known(connection, nobody)
        if person is None and not _is_tombstoned(connection, nobody.customer_id):
            raise RetentionError(
                f"customer '{nobody.customer_id}' stands in no table of {target.path}, and was not erased "
                "before. Who there is: select customer_id from stg_retention__customers"
            )
        removals = []
        for path in _files(project, target, also):
            removals += _without_in_file(path, person or nobody)
        removals += _rewrite(connection, target.path, person or nobody, has_tombstones=True)
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
            f"no text, and may name the customer: {', '.join(left)}. Look at them, and delete them"
        )


def _known(connection: duckdb.DuckDBPyConnection, person: Person) -> Person | None:
    """The person with all that is theirs, by tables, and views of the shop's own, that hold ids of customers.

    None = they stand nowhere.
    """
    is_known = False
    owned: dict[str, set[str]] = {}
    for relation, columns in _relations(connection, with_views=True).items():
        id_column = person.id_column(columns)
        if id_column is None:
            continue
        is_theirs = person.is_theirs(id_column)
        try:
            found = connection.execute(f"select 1 from {relation} where {is_theirs} limit 1").fetchall()
            is_known = is_known or bool(found)
            if not found:
                continue
            for column, key in _keys(columns).items():
                value = f"lower(trim(cast({_name(column)} as varchar)))"
                rows = connection.execute(
                    f"select {value} from {relation} "
                    f"where {value} in (select {value} from {relation} where {is_theirs}) "
                    f"group by all having bool_and({is_theirs})"
                ).fetchall()
                owned.setdefault(key, set()).update(text for (text,) in rows if text)
            for column in _texts(columns):
                rows = connection.execute(
                    f"select distinct {_name(column)} from {relation} "
                    f"where {is_theirs} and regexp_full_match({_name(column)}, '{HASH}')"
                ).fetchall()
                owned.setdefault("hash", set()).update(text for (text,) in rows)
        except duckdb.Error:  # a view of the shop's own, on files or functions that are not here
            continue
    if not is_known:
        return None
    return replace(person, owned={key: frozenset(values) for key, values in owned.items()})


def _is_tombstoned(connection: duckdb.DuckDBPyConnection, customer_id: str) -> bool:
    try:
        rows = connection.execute(
            "select 1 from retention_erased.tombstones where customer_hash = sha256(salt || ?)", [customer_id]
        ).fetchall()
    except duckdb.CatalogException:
        return False
    return bool(rows)


def _leave_tombstone(connection: duckdb.DuckDBPyConnection, customer_id: str) -> None:
    table = "erasing.retention_erased.tombstones"
    connection.execute("create schema if not exists erasing.retention_erased")
    connection.execute(
        f"create table if not exists {table} (salt varchar, customer_hash varchar, erased_at timestamp)"
    )
    [(salt,)] = connection.execute(
        f"select coalesce(max(salt), ?) from {table}", [secrets.token_hex(16)]
    ).fetchall()
    customer_hash = hashlib.sha256((salt + customer_id).encode()).hexdigest()
    connection.execute(
        f"insert into {table} select $1, $2, $3 where $2 not in (select customer_hash from {table})",
        [salt, customer_hash, datetime.now(UTC).replace(tzinfo=None, microsecond=0)],
    )


def _relations(
    connection: duckdb.DuckDBPyConnection, *, with_views: bool = False
) -> dict[str, dict[str, str]]:
    """Columns and types of every table of the database, and every view of the shop's own, by quoted name."""
    rows = connection.execute(
        """
        select
            fields.schema_name,
            fields.table_name,
            fields.column_name,
            fields.data_type,
            tables.table_oid is null
        from duckdb_columns() as fields
        left join duckdb_tables() as tables using (database_oid, table_oid)
        where fields.database_name = current_database() and not fields.internal and not fields.is_generated
        order by fields.schema_name, fields.table_name, fields.column_index
        """
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, kind, is_view in rows:
        relation = f"{_name(schema)}.{_name(table)}"
        if not is_view or (with_views and not _OURS.search(relation)):
            found.setdefault(relation, {})[column] = kind
    return found


def _keys(columns: Mapping[str, str]) -> dict[str, str]:
    """Columns that name what a person has, and which key each is."""
    return {column: KEYS[column.lower()] for column in columns if column.lower() in KEYS}


def _texts(columns: Mapping[str, str]) -> list[str]:
    return [column for column, kind in columns.items() if kind in ("VARCHAR", "JSON")]


def _rewrite(
    connection: duckdb.DuckDBPyConnection, path: Path, person: Person, *, has_tombstones: bool
) -> list[Removal]:
    """Write the database that `connection` has open anew without the person, and put it where `path` was."""
    [(database, version)] = connection.execute(
        "select database_name, tags['storage_version'] from duckdb_databases() "
        "where database_name = current_database()"
    ).fetchall()
    beside = path.with_name(path.name + ".erasing")
    beside.unlink(missing_ok=True)
    removals: list[Removal] = []
    _remember(connection, person)
    try:
        connection.execute("checkpoint")
        storage = str(version).rstrip("+")
        connection.execute(f"attach {_text(str(beside))} as erasing (storage_version {_text(storage)})")
        connection.execute(f"copy from database {_name(database)} to erasing (schema)")
        for relation, columns in _relations(connection).items():
            query, removed = _without(connection, relation, columns, person)
            connection.execute(f"insert into erasing.{relation} ({_names(columns)}) {query}")
            removals += [Removal(relation.replace('"', ""), count, unit) for unit, count in removed.items()]
        if has_tombstones:
            _leave_tombstone(connection, person.customer_id)
        connection.execute("detach erasing")
        _take_place(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return removals


def _remember(connection: duckdb.DuckDBPyConnection, person: Person) -> None:
    """Temporary tables of what is the person's, for the queries of _without."""
    connection.execute(
        "create or replace temp table their_keys (key varchar, value varchar, is_telling boolean)"
    )
    connection.execute("create or replace temp table their_words (value varchar)")
    keys = [(key, value, is_telling(value)) for key, values in person.owned.items() for value in values]
    connection.execute(
        "insert into their_keys select unnest($1), unnest($2), unnest($3)",
        [[row[at] for row in keys] for at in range(3)],
    )
    connection.execute("insert into their_words select unnest($1)", [sorted(person.telling)])


def _without(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str], person: Person
) -> tuple[str, dict[str, int]]:
    """A query of the relation's rows without the person's, and how many rows and values that takes out."""
    id_column = person.id_column(columns)
    is_theirs = person.is_theirs(id_column) if id_column else _is_theirs_by_key(columns, person)
    expressions = {column: _name(column) for column in columns}
    counts = [f"count(*) filter (where {is_theirs})"]
    for column in _texts(columns):
        named = _texts_that_name(connection, f"{relation} where not ({is_theirs})", column, person)
        if column != id_column and named:
            changes = [
                f"when {_text(text)} then {_text(without_words(text, person.telling))}" for text in named
            ]
            expressions[column] = f"case {_name(column)} {' '.join(changes)} else {_name(column)} end"
            listed = ", ".join(map(_text, named))
            counts.append(f"count(*) filter (where not ({is_theirs}) and {_name(column)} in ({listed}))")
    [(rows, *values)] = connection.execute(f"select {', '.join(counts)} from {relation}").fetchall()
    query = f"select {', '.join(expressions.values())} from {relation} where not ({is_theirs})"
    return query, {unit: count for unit, count in (("rows", rows), ("values", sum(values))) if count}


def _is_theirs_by_key(columns: Mapping[str, str], person: Person) -> str:
    """Condition for a table that holds no ids of customers: it names something that they alone have."""
    ids = ", ".join(map(_text, (*OWNED_IDS, "hash")))
    conditions = []
    for column in columns:
        value = f"lower(trim(cast({_name(column)} as varchar)))"
        if column.lower() in KEYS:
            key = KEYS[column.lower()]
            conditions.append(f"{value} in (select value from their_keys where key = '{key}')")
        elif _LIKE_AN_ID.search(column.lower()) or (column in _texts(columns) and person.owned.get("hash")):
            conditions.append(
                f"{value} in (select value from their_keys where is_telling and key in ({ids}))"
            )
    return " or ".join(f"coalesce({condition}, false)" for condition in conditions) or "false"


def _texts_that_name(
    connection: duckdb.DuckDBPyConnection, rows: str, column: str, person: Person
) -> list[str]:
    """Values of a column that without_words would change. rows: what stands after from."""
    words = " || ".join(f"regexp_extract_all(lower(text), '{words_like}')" for words_like in WORDS)
    contained = "".join(f" or contains(lower(text), {_text(phrase)})" for phrase in phrases(person.telling))
    found = connection.execute(
        f"""
        with texts as (select distinct cast({_name(column)} as varchar) as text from {rows}),
        words as (select text, unnest({words}) as word from texts)
        select text from words where word in (select value from their_words)
        union select text from texts where false{contained}
        """
    ).fetchall()
    return sorted(text for (text,) in found)


def phrases(values: frozenset[str]) -> list[str]:
    """Those of the values that are no single word, such as '(358) 555 0138'."""
    return sorted(value for value in values if not re.fullmatch(WORDS[0], value, re.ASCII))


def without_words(text: str, words: frozenset[str]) -> str:
    """The text with REPLACEMENT in the place of each word that is in `words` (which are in lower case).

    An e-mail address is one word; within it, each of its parts of letters and digits is too.
    """

    def replaced(found: re.Match[str]) -> str:
        if found[0].lower() in words:
            return REPLACEMENT
        return re.sub(
            WORDS[1],
            lambda part: REPLACEMENT if part[0].lower() in words else part[0],
            found[0],
            flags=re.ASCII,
        )

    for phrase in phrases(words):
        text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", REPLACEMENT, text, flags=re.IGNORECASE)
    return re.sub(WORDS[0], replaced, text, flags=re.ASCII)


def _files(project: Project, target: Target, also: Sequence[Path]) -> Iterator[Path]:
    """Every file that may hold the person, apart from the warehouse itself."""
    settings = yaml.safe_load((project.folder / "dbt_project.yml").read_text(encoding="utf-8"))
    names = [os.environ.get("DBT_TARGET_PATH"), os.environ.get("DBT_LOG_PATH"), "target", "logs"]
    names += [settings.get("target-path"), settings.get("log-path")]
    places = [folder / name for folder in (project.folder, project.working_folder) for name in names if name]
    places += [target.models_path, *target.path.parent.glob("*.duckdb"), *also]
    files = {
        path.resolve()
        for place in places
        for path in ([place] if place.is_file() else place.rglob("*"))
        if path.is_file()
    }
    files -= {target.path, target.path.with_name(target.path.name + ".wal")}
    yield from sorted(files)


def _without_in_file(path: Path, person: Person) -> list[Removal]:
    """Take the person out of one file, by its kind."""
    with path.open("rb") as start:
        head = start.read(12)
    if head[8:12] == b"DUCK":
        connection = open_to_write(path)
        try:
            return _named(path, _rewrite(connection, path, person, has_tombstones=False))
        finally:
            connection.close()
    if head[:4] == b"PAR1":
        return _named(path, _rewrite_parquet(path, person))
    content = path.read_bytes()
    if not any(word.encode() in content.lower() for word in person.telling):
        return []
    if path.suffix == ".msgpack":  # what dbt remembers of its last run, and makes again
        path.unlink()
        return [Removal(str(path), 1, "file")]
    try:
        return _rewrite_text(path, content.decode("utf-8"), person)
    except UnicodeDecodeError:
        return [Removal(str(path), 0, LEFT)]


def _rewrite_text(path: Path, text: str, person: Person) -> list[Removal]:
    kept, rows = _records_without(text, TABULAR[path.suffix], person) if path.suffix in TABULAR else (text, 0)
    cleaned = without_words(kept, person.telling)
    if cleaned == text:
        return []
    beside = path.with_name(path.name + ".erasing")
    beside.write_text(cleaned, encoding="utf-8", newline="")
    _take_place(beside, path)
    return [Removal(str(path), rows, "rows") if rows else Removal(str(path), 1, "text")]


def _named(path: Path, removals: list[Removal]) -> list[Removal]:
    return [Removal(f"{path} {removal.place}".strip(), removal.count, removal.unit) for removal in removals]


def _rewrite_parquet(path: Path, person: Person) -> list[Removal]:
    beside = path.with_name(path.name + ".erasing")
    with duckdb.connect() as connection:
        _remember(connection, person)
        relation = f"read_parquet({_text(str(path))})"
        columns = {row[0]: row[1] for row in connection.execute(f"describe from {relation}").fetchall()}
        query, removed = _without(connection, relation, columns, person)
        if removed:
            connection.execute(f"copy ({query}) to {_text(str(beside))} (format parquet)")
            _take_place(beside, path)
    return [Removal("", count, unit) for unit, count in removed.items()]


def _records_without(text: str, delimiter: str, person: Person) -> tuple[str, int]:
    """The lines of the records that are not the person's, as they are, and how many records are."""
    lines = text.splitlines(keepends=True)
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


def _take_place(beside: Path, path: Path) -> None:
    """Put a finished file in the place of another, in one step, with its permissions."""
    with beside.open("rb+") as written:
        os.fsync(written.fileno())
    beside.chmod(path.stat().st_mode)
    os.replace(beside, path)


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _names(columns: Mapping[str, str]) -> str:
    return ", ".join(_name(column) for column in columns)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
