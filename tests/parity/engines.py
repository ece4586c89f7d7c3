"""Compares the tables of two engines: of a DuckDB file, and of the Parquet files of a Spark warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

TOLERANCE = 1e-9 + 1e-15  # one step of nine decimal places, where one engine rounds a tie up
# Columns of one engine only, which decide what to compute again.
OWN_COLUMNS = {
    "input_fingerprint", "read_date", "history_fingerprint", "int_retention__known_days.fingerprint",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """How one table of Spark differs from DuckDB's."""

    table: str
    rows: int
    spark_rows: int
    only_duckdb: int
    only_spark: int
    largest: float
    columns: str = ""
    worst: str = ""

    @property
    def is_none(self) -> bool:
        """Same columns, same rows, numbers within the tolerance."""
        return not (self.columns or self.only_duckdb or self.only_spark) and self.largest <= TOLERANCE

    def __str__(self) -> str:
        line = f"{self.table:<45} {self.rows:>9,} rows  largest difference {self.largest:.1e}"
        if self.is_none:
            return line
        return (
            f"{line}  DIFFERS: {self.spark_rows:,} rows on Spark, {self.only_duckdb:,} on DuckDB alone, "
            f"{self.only_spark:,} on Spark alone {self.columns} {self.worst}"
        )


def compare(duckdb_file: Path, spark_warehouse: Path) -> list[Difference]:
    """Compare every table of the DuckDB file, by name, with the table of that name on Spark."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"attach '{duckdb_file}' as built (read_only)")
    names = connection.sql(
        "select table_name from duckdb_tables() "
        "where database_name = 'built' and schema_name = 'main' order by table_name"
    ).fetchall()
    return [_compared(connection, name, spark_warehouse / name) for (name,) in names]


def _compared(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> Difference:
    files = [str(file) for file in folder.rglob("*.parquet")]
    if not files:
        return Difference(name, 0, 0, 0, 0, 0.0, columns="no such table on Spark")
    own = {
        column.split(".")[-1] for column in OWN_COLUMNS if "." not in column or column.startswith(f"{name}.")
    }
    types, spark_types = (
        {
            column: str(kind)
            for column, kind, *_ in connection.sql(f"describe {source}").fetchall()
            if column not in own
        }
        for source in (f"built.{name}", f"select * from read_parquet({files}, hive_partitioning = true)")
    )
    if set(types) != set(spark_types):
        return Difference(name, 0, 0, 0, 0, 0.0, columns=f"columns {set(types) ^ set(spark_types)}")
    floats = [column for column, kind in types.items() if kind in ("DOUBLE", "FLOAT")]
    others = [column for column in types if column not in floats]
    keys = ", ".join(f'"{column}"' for column in others) or "1"
    order = ", ".join(f'round("{column}", 6)' for column in floats) or "1"
    for view, source in (
        ("ours", f"built.{name}"),
        ("theirs", f"read_parquet({files}, hive_partitioning = true)"),
    ):
        chosen = [f'cast("{column}" as {kind}) as "{column}"' for column, kind in types.items()]
        connection.execute(
            f"create or replace temp table {view} as select *, row_number() over (partition by {keys} "
            f"order by {order}) as twin from (select {', '.join(chosen)} from {source})"
        )
    same = " and ".join(
        f'ours."{column}" is not distinct from theirs."{column}"' for column in [*others, "twin"]
    )
    gaps = ", ".join(f'max({_gap(column)}) as "{column}"' for column in floats) or "0.0"
    found = connection.sql(
        f"select (select count(*) from ours), (select count(*) from theirs), "
        f"count(*) filter (where theirs.twin is null), count(*) filter (where ours.twin is null), {gaps} "
        f"from ours full join theirs on {same}"
    ).fetchall()[0]
    by_column = dict(zip(floats, found[4:], strict=False))
    largest = max((gap for gap in by_column.values() if gap is not None), default=0.0)
    worst = ", ".join(f"{column} {gap:.1e}" for column, gap in by_column.items() if gap and gap > TOLERANCE)
    return Difference(name, *found[:4], largest=largest, worst=worst)


def _gap(column: str) -> str:
    """The difference of two numbers, relative above 1; infinite where only one is null."""
    ours, theirs = f'ours."{column}"', f'theirs."{column}"'
    return (
        f"case when ours.twin is null or theirs.twin is null or {ours} is not distinct from {theirs} then 0 "
        f"when {ours} is null or {theirs} is null then 'infinity'::double "
        f"else abs({ours} - {theirs}) / greatest(1, abs({ours})) end"
    )
