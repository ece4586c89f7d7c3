"""Removes a customer from DuckDB files and Parquet files: they are written again without the customer."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from dbt_retention.commands.erasure.person import (
    LEFT,
    WORDS,
    Person,
    Removal,
    is_telling,
    phrases,
)
from dbt_retention.commands.erasure.phones import SEPARATOR_CHARACTERS
from dbt_retention.errors import RetentionError
from dbt_retention.quoting import quoted_name, quoted_text

OWNED_IDS = ("order_id", "session_id", "review_id", "ticket_id", "return_id")
KEYS = {key: key for key in (*OWNED_IDS, "customer_number", "email", "phone")}
KEYS |= {"near_customer_number": "customer_number"}
HASH = "[0-9a-f]{64}"
_LIKE_AN_ID = re.compile(r"(^|_)(id|no|nr|num|number|key|code|ref)$")
_NESTED = re.compile(r"\[|^(STRUCT|MAP|UNION|VARIANT)")
_MAY_NAME = re.compile(r"VARCHAR|JSON|INT|UUID|UNION|VARIANT")
NAMED_ROWS = 20  # of those in doubt, so many are named
_OURS = re.compile(r'\."((stg|int)_retention__|feat_|ml_|mart_)\w+"$')


def known(connection: duckdb.DuckDBPyConnection, person: Person) -> Person | None:
    """`person` with the values that only this customer has; None = the customer is in no table.

    Reads the tables, and the shop's own views, that have a column with the customer_id.
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
                value = f"lower(trim(cast({quoted_name(column)} as varchar)))"
                rows = connection.execute(
                    f"select {value} from {relation} "
                    f"where {value} in (select {value} from {relation} where {is_theirs}) "
                    f"group by all having bool_and({is_theirs})"
                ).fetchall()
                owned.setdefault(key, set()).update(text for (text,) in rows if text)
            for column in _texts(columns):
                rows = connection.execute(
                    f"select distinct {quoted_name(column)} from {relation} "
                    f"where {is_theirs} and regexp_full_match({quoted_name(column)}, '{HASH}')"
                ).fetchall()
                owned.setdefault("hash", set()).update(text for (text,) in rows)
        except duckdb.Error:  # a view of the shop on missing files or functions
            continue
    if not is_known:
        return None
    return replace(person, owned={key: frozenset(values) for key, values in owned.items()})


def erased_at(connection: duckdb.DuckDBPyConnection, customer_id: str) -> datetime | None:
    """When the customer was erased first, in UTC; None = never."""
    try:
        [(moment,)] = connection.execute(
            "select min(erased_at) from retention_erased.tombstones where customer_hash = sha256(salt || ?)",
            [customer_id],
        ).fetchall()
    except duckdb.CatalogException:
        return None
    return moment if isinstance(moment, datetime) else None


def leave_tombstone(connection: duckdb.DuckDBPyConnection, customer_id: str) -> None:
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
    """Columns and types of every table, and of the shop's own views, by quoted name."""
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
        relation = f"{quoted_name(schema)}.{quoted_name(table)}"
        if not is_view or (with_views and not _OURS.search(relation)):
            found.setdefault(relation, {})[column] = kind
    return found


def _keys(columns: Mapping[str, str]) -> dict[str, str]:
    """Columns with ids that belong to a customer, and the key of each."""
    return {column: KEYS[column.lower()] for column in columns if column.lower() in KEYS}


def _texts(columns: Mapping[str, str]) -> list[str]:
    return [column for column, kind in columns.items() if kind in ("VARCHAR", "JSON")]


def _nested_texts(columns: Mapping[str, str]) -> list[str]:
    """Columns of lists, structs and maps that may name somebody: they are searched, but not changed."""
    return [column for column, kind in columns.items() if _NESTED.search(kind) and _MAY_NAME.search(kind)]


def _parents_first(
    connection: duckdb.DuckDBPyConnection, relations: Mapping[str, dict[str, str]]
) -> list[str]:
    """The relations, each after the tables of its foreign keys."""
    rows = connection.execute(
        "select schema_name, table_name, referenced_table from duckdb_constraints() "
        "where constraint_type = 'FOREIGN KEY' and database_name = current_database()"
    ).fetchall()
    parents: dict[str, set[str]] = {relation: set() for relation in relations}
    for schema, table, parent in rows:
        child, named = (f"{quoted_name(schema)}.{quoted_name(name)}" for name in (table, parent))
        if child != named:
            parents.setdefault(child, set()).add(named)
    return [relation for relation in TopologicalSorter(parents).static_order() if relation in relations]


def rewrite_database(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    person: Person,
    *,
    has_tombstones: bool,
    dry_run: bool = False,
) -> list[Removal]:
    """Write the database of `connection` without the customer, and replace the file `path` by it.

    dry_run: write it, to find what prevents it, but do not replace the file.
    Raises RetentionError, and leaves the file as it was, where a constraint or a full disk prevents this.
    """
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
        connection.execute(
            f"attach {quoted_text(str(beside))} as erasing (storage_version {quoted_text(storage)})"
        )
        connection.execute(f"copy from database {quoted_name(database)} to erasing (schema)")
        relations = _relations(connection)
        for relation in _parents_first(connection, relations):
            columns = relations[relation]
            query, removed = _rows_without(connection, relation, columns, person)
            removals += removed
            try:
                connection.execute(f"insert into erasing.{relation} ({_names(columns)}) {query}")
            except duckdb.ConstraintException as error:
                raise RetentionError(
                    f"{path} was not changed: without the customer, {_plain(relation)} violates a "
                    f"constraint: {str(error).splitlines()[0]}. Drop the constraint, and run it again"
                ) from error
        if has_tombstones:
            leave_tombstone(connection, person.customer_id)
        connection.execute("detach erasing")
        if not dry_run:
            take_place(beside, path)
    except duckdb.IOException as error:  # e.g. a full disk
        raise RetentionError(
            f"{path} was not changed: {beside.name} cannot be written: {str(error).splitlines()[0]}"
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return removals


def rewrite_parquet(path: Path, person: Person, *, dry_run: bool = False) -> list[Removal]:
    beside = path.with_name(path.name + ".erasing")
    with duckdb.connect() as connection:
        _remember(connection, person)
        relation = f"read_parquet({quoted_text(str(path))})"
        columns = {row[0]: row[1] for row in connection.execute(f"describe from {relation}").fetchall()}
        query, removed = _rows_without(connection, relation, columns, person, place="")
        if not dry_run and any(removal.unit != LEFT for removal in removed):
            connection.execute(f"copy ({query}) to {quoted_text(str(beside))} (format parquet)")
            take_place(beside, path)
    return removed


def _remember(connection: duckdb.DuckDBPyConnection, person: Person) -> None:
    """Create the temporary tables of the customer's values, for the queries of _rows_without."""
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


def _rows_without(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    columns: Mapping[str, str],
    person: Person,
    *,
    place: str | None = None,
) -> tuple[str, list[Removal]]:
    """A query of the relation without the customer, and what it removes or leaves."""
    place = _plain(relation) if place is None else place
    id_column = person.id_column(columns)
    is_theirs = person.is_theirs(id_column) if id_column else _is_theirs_by_key(columns, person)
    expressions = {column: quoted_name(column) for column in columns}
    counts = [f"count(*) filter (where {is_theirs})"]
    others = f"{relation} where not ({is_theirs})"
    in_doubt: list[Removal] = []
    for column in _texts(columns):
        if column == id_column:
            continue
        changed = _changes(connection, others, column, person, is_json=columns[column] == "JSON")
        doubtful = [text for text, cleaned in changed.items() if person.is_in_doubt(cleaned)]
        in_doubt += _rows_in_doubt(connection, others, columns, column, doubtful, place=place)
        changed = {text: cleaned for text, cleaned in changed.items() if text != cleaned}
        if changed:
            changes = [
                f"when {quoted_text(text)} then {quoted_text(cleaned)}" for text, cleaned in changed.items()
            ]
            value = f"cast({quoted_name(column)} as varchar)"
            expressions[column] = f"case {value} {' '.join(changes)} else {quoted_name(column)} end"
            listed = ", ".join(map(quoted_text, changed))
            counts.append(f"count(*) filter (where not ({is_theirs}) and {value} in ({listed}))")
    [(rows, *values)] = connection.execute(f"select {', '.join(counts)} from {relation}").fetchall()
    query = f"select {', '.join(expressions.values())} from {relation} where not ({is_theirs})"
    taken_out = {"rows": rows, "values": sum(values)}
    removed = [Removal(place, count, unit) for unit, count in taken_out.items() if count]
    for column in _nested_texts(columns):
        named = _texts_that_name(connection, _leaves(others, column), person)
        if named:
            removed.append(Removal(f"{place}.{column}".strip("."), len(named), LEFT))
    return query, removed + in_doubt


def _changes(
    connection: duckdb.DuckDBPyConnection, rows: str, column: str, person: Person, *, is_json: bool
) -> dict[str, str]:
    """Texts of a column that may name the customer, and each without the customer."""
    texts = f"select distinct cast({quoted_name(column)} as varchar) as text from {rows}"
    if not is_json:
        return {text: person.cleaned(text) for text in _texts_that_name(connection, texts, person)}
    leaves = set(_texts_that_name(connection, _leaves(rows, column), person))
    changed = {}
    for (text,) in connection.execute(texts).fetchall() if leaves else []:
        value = json.loads(text) if text is not None else None
        cleaned = _without_leaves(value, person)
        if cleaned != value:
            changed[text] = json.dumps(cleaned, ensure_ascii=False)
    return changed


def _without_leaves(value: Any, person: Person) -> Any:
    """A JSON value with every text, key and number cleaned."""
    if isinstance(value, dict):
        return {person.cleaned(key): _without_leaves(item, person) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_leaves(item, person) for item in value]
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return value
    cleaned = person.cleaned(str(value))
    return cleaned if cleaned != str(value) else value


def _leaves(rows: str, column: str) -> str:
    """A query of every text, number and key inside the values of a nested column, at any depth."""
    return f"""
        select distinct unnest([json_extract_string(tree.atom, '$'), cast(tree.key as varchar)]) as text
        from (select distinct to_json({quoted_name(column)}) as whole from {rows}) as wholes,
            json_tree(wholes.whole) as tree
    """


def _rows_in_doubt(
    connection: duckdb.DuckDBPyConnection,
    rows: str,
    columns: Mapping[str, str],
    column: str,
    texts: list[str],
    *,
    place: str,
) -> list[Removal]:
    """The rows with these texts, each named by the first column of the table."""
    if not texts:
        return []
    key = next(iter(columns))
    found = connection.execute(
        f"select cast({quoted_name(key)} as varchar), count(*) from {rows} and "
        f"cast({quoted_name(column)} as varchar) in (select unnest($1)) group by all order by all",
        [texts],
    ).fetchall()
    named = f"{place}.{column}".strip(".")
    removed = [Removal(f"{named} where {key} is {value}", count, LEFT) for value, count in found[:NAMED_ROWS]]
    if len(found) > NAMED_ROWS:
        rest = sum(count for _, count in found[NAMED_ROWS:])
        removed.append(Removal(f"{named}, {rest:,} more rows", rest, LEFT))
    return removed


def _plain(relation: str) -> str:
    return relation.replace('"', "")


def _is_theirs_by_key(columns: Mapping[str, str], person: Person) -> str:
    """SQL condition for a table without customer_id: a column holds an id that only the customer has."""
    ids = ", ".join(map(quoted_text, (*OWNED_IDS, "hash")))
    conditions = []
    for column in columns:
        value = f"lower(trim(cast({quoted_name(column)} as varchar)))"
        if column.lower() in KEYS:
            key = KEYS[column.lower()]
            conditions.append(f"{value} in (select value from their_keys where key = '{key}')")
        elif _LIKE_AN_ID.search(column.lower()) or (column in _texts(columns) and person.owned.get("hash")):
            conditions.append(
                f"{value} in (select value from their_keys where is_telling and key in ({ids}))"
            )
    return " or ".join(f"coalesce({condition}, false)" for condition in conditions) or "false"


def _texts_that_name(connection: duckdb.DuckDBPyConnection, texts: str, person: Person) -> list[str]:
    """Texts that may name the customer. texts: a query with the column text."""
    words = " || ".join(f"regexp_extract_all(lower(text), '{words_like}')" for words_like in WORDS)
    contained = "".join(
        f" or contains(lower(text), {quoted_text(phrase)})" for phrase in phrases(person.telling)
    )
    contained += "".join(
        f" or contains(regexp_replace(text, '[{SEPARATOR_CHARACTERS}]', '', 'g'), '{phone.core}')"
        for phone in person.phones
    )
    found = connection.execute(
        f"""
        with texts as materialized ({texts}),
        words as (select text, unnest({words}) as word from texts)
        select text from words where word in (select value from their_words)
        union select text from texts where false{contained}
        """
    ).fetchall()
    return sorted(text for (text,) in found)


def take_place(beside: Path, path: Path) -> None:
    """Replace `path` by the finished file `beside`, in one step, with the permissions of `path`."""
    with beside.open("rb+") as written:
        os.fsync(written.fileno())
    beside.chmod(path.stat().st_mode)
    os.replace(beside, path)


def _names(columns: Mapping[str, str]) -> str:
    return ", ".join(quoted_name(column) for column in columns)
