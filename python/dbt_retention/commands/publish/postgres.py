"""Marts to a schema of PostgreSQL, in one transaction."""

from __future__ import annotations

from typing import Any

from dbt_retention.commands.publish.marts import PUBLISHED_AT, Marts
from dbt_retention.errors import RetentionError
from dbt_retention.quoting import quoted_name, quoted_text

# The types that contracts of marts use. Anything else becomes text.
TYPES = {
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIMESTAMP": "timestamp without time zone",
    "VARCHAR": "text",
}


def write_postgres(marts: Marts, schema: str) -> None:
    """Replace the rows of the marts in `schema` of the PostgreSQL database that libpq's variables name.

    The connection comes from PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, ~/.pgpass and the like. Rows are
    deleted and inserted, so that readers wait for nothing and see one build; a table whose columns have
    changed is created again. Raises RetentionError, and changes nothing, where the server cannot be reached,
    refuses a row, or the schema has a table of this name that was not published.
    """
    try:
        from adbc_driver_manager import Error  # noqa: PLC0415  (an extra)
        from adbc_driver_postgresql import dbapi  # noqa: PLC0415
    except ImportError as error:
        raise RetentionError(
            "--postgres needs the extra postgres. Run: pip install 'dbt-retention[postgres]'"
        ) from error
    try:
        with dbapi.connect("postgresql://") as connection, connection.cursor() as cursor:
            _replace_tables(cursor, marts, schema)
            connection.commit()
    except Error as error:
        message = " ".join(str(error).split()).removesuffix(".")
        raise RetentionError(
            f"schema {schema} of PostgreSQL was not changed: {message}. The connection is that of PGHOST, "
            "PGPORT, PGDATABASE, PGUSER and PGPASSWORD. See docs/publishing.md"
        ) from error


def _replace_tables(cursor: Any, marts: Marts, schema: str) -> None:
    # One publisher at a time; the lock ends with the transaction.
    cursor.execute(f"select pg_advisory_xact_lock(hashtext({quoted_text('retention publish ' + schema)}))")
    cursor.execute(f"create schema if not exists {quoted_name(schema)}")
    existing = _tables_of(cursor, schema)
    ours = _published_in(cursor, schema) if PUBLISHED_AT in existing else set()
    foreign = sorted(existing.keys() & set(marts.names) - ours)
    if foreign:
        raise RetentionError(
            f"{schema}.{foreign[0]} of PostgreSQL was not written by retention publish, and was not changed. "
            "Name another schema: --postgres retention"
        )
    for name in sorted((ours & existing.keys()) - set(marts.names)):
        cursor.execute(f"drop table {_relation(schema, name)}")
    for name in marts.tables:
        columns = _columns_of(marts, name)
        if existing.get(name) not in (None, columns):
            cursor.execute(f"drop table {_relation(schema, name)}")
        if existing.get(name) == columns:
            cursor.execute(f"delete from {_relation(schema, name)}")
        else:
            listed = ", ".join(f"{quoted_name(column)} {kind}" for column, kind in columns.items())
            cursor.execute(f"create table {_relation(schema, name)} ({listed})")
        texts = ", ".join(
            f"cast({quoted_name(column)} as varchar) as {quoted_name(column)}" if kind == "text" else
            quoted_name(column)
            for column, kind in columns.items()
        )  # fmt: skip
        rows = marts.connection.sql(f"select {texts} from {quoted_name(name)}").to_arrow_reader(10_000)
        cursor.adbc_ingest(name, rows, mode="append", db_schema_name=schema)


def _tables_of(cursor: Any, schema: str) -> dict[str, dict[str, str]]:
    """The columns and types of every table of a schema."""
    cursor.execute(
        "select table_name::text, column_name::text, data_type::text from information_schema.columns "
        f"where table_schema = {quoted_text(schema)} order by table_name, ordinal_position"
    )
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in cursor.fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def _published_in(cursor: Any, schema: str) -> set[str]:
    """The marts that the last publication wrote to a schema."""
    cursor.execute(f"select table_name from {_relation(schema, PUBLISHED_AT)}")
    return {name for (name,) in cursor.fetchall()}


def _columns_of(marts: Marts, name: str) -> dict[str, str]:
    described = marts.connection.execute(f"describe {quoted_name(name)}").fetchall()
    return {row[0]: TYPES.get(row[1], "text") for row in described}


def _relation(schema: str, name: str) -> str:
    return f"{quoted_name(schema)}.{quoted_name(name)}"
