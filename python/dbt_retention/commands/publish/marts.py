"""What is published: the package's marts and dimensions of one warehouse, and the table published_at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from dbt_retention import __version__
from dbt_retention.dbt_package import dbt_package_folder
from dbt_retention.errors import RetentionError
from dbt_retention.quoting import quoted_name, quoted_text
from dbt_retention.warehouse import Target, open_to_read

PUBLISHED_AT = "published_at"
AUDIENCES = "mart_ad_audiences"
# The columns of each platform's customer file, in its order, and the column of the mart: docs/advertising.md
PLATFORMS = {
    "google": {"Email": "google_email", "Phone": "google_phone"},
    "meta": {"email": "meta_em", "phone": "meta_ph"},
    "tiktok": {"Email_SHA256": "tiktok_email_sha256", "Phone_SHA256": "tiktok_phone_sha256"},
}
# SHA-256 of addresses and telephone numbers, without salt. Only the platforms may have them: docs/privacy.md
HASHES = {AUDIENCES: [column for columns in PLATFORMS.values() for column in columns.values()]}


@dataclass(frozen=True)
class Marts:
    """The marts of one build.

    `connection` has a view of each name, and the table published_at. The schema hashed has the marts whose
    view lacks columns with hashes.
    """

    connection: duckdb.DuckDBPyConnection
    names: tuple[str, ...]
    rows: dict[str, int]
    published_at: datetime
    as_of_date: date | None

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table to publish, published_at last."""
        return (*self.names, PUBLISHED_AT)


@contextmanager
def marts_of(target: Target, *, invocation_id: str | None = None) -> Iterator[Marts]:
    """The marts of the warehouse, which no build can change inside the with block.

    Columns with hashed addresses are left out. invocation_id: dbt's id of the build, if it is known. Raises
    RetentionError where the warehouse has no mart, or a build is writing it.
    """
    found, as_of_date = _found_in(target)
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach {quoted_text(str(target.path))} as warehouse (read_only)")
        except duckdb.IOException as error:
            raise RetentionError(
                f"{target.path} cannot be opened: {str(error).splitlines()[0]}. A build writes it; publish "
                "when it has finished, or run: retention build --publish"
            ) from error
        connection.execute("create schema hashed")
        for name, schema in found.items():
            relation = f"warehouse.{quoted_name(schema)}.{quoted_name(name)}"
            columns = "*"
            if name in HASHES:
                columns = f"* exclude ({', '.join(HASHES[name])})"
                connection.execute(f"create view hashed.{quoted_name(name)} as from {relation}")
            connection.execute(f"create view {quoted_name(name)} as select {columns} from {relation}")
        marts = Marts(
            connection=connection,
            names=tuple(found),
            rows={name: _count(connection, name) for name in found},
            published_at=datetime.now(UTC).replace(tzinfo=None, microsecond=0),
            as_of_date=as_of_date,
        )
        _create_published_at(marts, invocation_id=invocation_id)
        yield marts


def package_marts() -> set[str]:
    """Names of the package's marts and dimensions. Tables of the shop are not published."""
    models = dbt_package_folder() / "models"
    return {path.stem for prefix in ("mart", "dim") for path in models.rglob(f"{prefix}_*.sql")}


def _found_in(target: Target) -> tuple[dict[str, str], date | None]:
    """The schema of each mart, in alphabetical order of the marts, and the as_of_date of the build."""
    with open_to_read(target) as connection:
        # The schemas of the search path come in its order: the first one with the table is the one.
        rows = connection.execute(
            "select table_name, table_schema from information_schema.tables "
            "where table_catalog = current_database() and list_contains($1, table_name) "
            "and list_contains(current_schemas(false), table_schema) "
            "order by table_name, list_position(current_schemas(false), table_schema)",
            [sorted(package_marts())],
        ).fetchall()
        found: dict[str, str] = {}
        for name, schema in rows:
            found.setdefault(name, schema)
        if not found:
            raise RetentionError(
                f"{target.path} has no mart in schema {target.schema}. Build it first: retention build"
            )
        try:
            dates = connection.execute("select as_of_date from int_retention__today").fetchall()
        except duckdb.CatalogException:
            dates = []
    return found, dates[0][0] if dates else None


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    [(count,)] = connection.execute(f"select count(*) from {quoted_name(name)}").fetchall()
    return int(count)


def _create_published_at(marts: Marts, *, invocation_id: str | None) -> None:
    """One row per published table: when it was published, from which build, and how many rows it has."""
    marts.connection.execute(
        f"create table {PUBLISHED_AT} (published_at timestamp, package_version varchar, as_of_date date, "
        "invocation_id varchar, table_name varchar, rows_count bigint)"
    )
    marts.connection.execute(
        f"insert into {PUBLISHED_AT} select $1, $2, $3, $4, unnest($5), unnest($6)",
        [
            marts.published_at,
            __version__,
            marts.as_of_date,
            invocation_id,
            list(marts.names),
            [marts.rows[name] for name in marts.names],
        ],
    )
