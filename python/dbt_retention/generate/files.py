"""Writes tables as CSV or Parquet, block by block."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from dbt_retention.generate.schemas import INPUTS, TRUTH, TYPES
from dbt_retention.generate.shop import Shop
from dbt_retention.generate.tables import block_tables, world_tables
from dbt_retention.generate.world import build_world

FileFormat = Literal["csv", "parquet"]


class File(Protocol):
    def write(self, table: pa.Table) -> None: ...

    def close(self) -> None: ...


class ParquetFile:
    """One row group a write."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")

    def write(self, table: pa.Table) -> None:
        if table.num_rows:
            self._writer.write_table(table, row_group_size=table.num_rows)

    def close(self) -> None:
        self._writer.close()


class CsvFile:
    """LF line ends, quotes only where a value needs them, null as nothing.

    pyarrow's own writer quotes every text, which would make the seeds a third larger.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._file.write(",".join(schema.names) + "\n")

    def write(self, table: pa.Table) -> None:
        cells = [_quoted(column.cast(TYPES["text"])) for column in table.columns]
        lines = pc.binary_join_element_wise(*cells, ",", null_handling="replace", null_replacement="")
        self._file.writelines(f"{line}\n" for line in lines.to_pylist())

    def close(self) -> None:
        self._file.close()


def _quoted(column: pa.ChunkedArray) -> pa.ChunkedArray:
    doubled = pc.replace_substring(column, '"', '""')
    quoted = pc.binary_join_element_wise('"', doubled, '"', "")
    return pc.if_else(pc.match_substring_regex(column, '[",\\n]|^ | $'), quoted, column)


def write_shop(
    shop: Shop,
    folder: Path,
    file_format: FileFormat,
    truth: bool,
    progress: Callable[[int, int], None] | None,
) -> dict[str, int]:
    """Write every file of `shop` into `folder`; return rows by file name."""
    world = build_world(shop)
    names = {name: f"example_{name}.csv" if file_format == "csv" else f"{name}.parquet" for name in INPUTS}
    names |= {name: f"{name}.parquet" for name in TRUTH if truth}
    rows = dict.fromkeys(names.values(), 0)
    with ExitStack() as stack:
        files: dict[str, File] = {}
        for name, file_name in names.items():
            kind = CsvFile if file_name.endswith(".csv") else ParquetFile
            files[name] = kind(folder / file_name, (INPUTS | TRUTH)[name])
            stack.callback(files[name].close)

        def write(tables: dict[str, pa.Table]) -> None:
            for name, table in tables.items():
                if name in files:
                    files[name].write(table)
                    rows[names[name]] += table.num_rows

        write(world_tables(world))
        for block in range(world.blocks):
            write(block_tables(world, block, truth=truth))
            if progress is not None:
                progress(min((block + 1) * world.block_customers, shop.customers), shop.customers)
    return rows
