"""`retention itemsets`: frequent itemsets and association rules of a file of baskets."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from time import monotonic

import duckdb
from rich.console import Console

from dbt_retention.commands.itemset_mining import DEFAULT_MAX_LEVEL_GB, Mined, Strategy, mine
from dbt_retention.commands.printed_json import print_json
from dbt_retention.errors import RetentionError
from dbt_retention.quoting import quoted_name, quoted_text

_READERS: dict[str, Callable[[str], str]] = {
    ".parquet": lambda path: f"read_parquet({path})",
    ".csv": lambda path: f"read_csv({path})",
    ".tsv": lambda path: f"read_csv({path}, delim = '\t')",
}
# Matches a whole text with at least one character that is no space; Unicode's spaces count as spaces.
_NOT_BLANK = r"(?s).*[^\s\x{a0}\x{2000}-\x{200b}\x{3000}\x{feff}].*"
_SMALL_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT")


def parse_support(text: str) -> float | int:
    """'0.001' is a share of the baskets, '50' a number of baskets. Raises RetentionError otherwise."""
    try:
        value = int(text) if text.strip().isdigit() else float(text)
    except ValueError:
        value = -1
    if value <= 0 or (isinstance(value, float) and not value <= 1):
        raise RetentionError(
            f"--min-support is '{text}'; expected a share of the baskets above 0 and up to 1.0, such as "
            "0.001, or a whole number of baskets, such as 50"
        )
    return value


def mine_and_print(
    source: Path,
    *,
    basket: str,
    item: str,
    min_support: str,
    max_length: int,
    out: Path,
    min_confidence: float,
    single_consequent: bool,
    strategy: Strategy,
    max_level_gb: float,
    memory_limit: str | None,
    console: Console,
    as_json: bool = False,
) -> None:
    """`mine_file`, with a line for each step and for the result. min_support: see `parse_support`.

    as_json: print one object with the counts, and no steps.
    """
    started = monotonic()
    mined = mine_file(
        source,
        basket=basket,
        item=item,
        min_support=parse_support(min_support),
        max_length=max_length,
        out=out,
        min_confidence=min_confidence,
        single_consequent=single_consequent,
        strategy=strategy,
        max_level_gb=max_level_gb,
        memory_limit=memory_limit,
        progress=None
        if as_json
        else lambda step: console.print(f"  {monotonic() - started:6.1f} s  {step}", style="dim"),
    )
    if as_json:
        found = asdict(mined) | {
            "itemsets_count": mined.itemsets_count,
            "seconds": round(monotonic() - started, 3),
        }
        found |= {name: str(out / f"{name}.parquet") for name in ("itemsets", "rules")}
        print_json(found, console=console)
        return
    if mined.left_out_lines_count:
        console.print(f"{mined.left_out_lines_count:,} rows left out: basket or item is null or blank")
    lengths = ", ".join(f"{count:,} of length {length}" for length, count in enumerate(mined.levels, start=1))
    console.print(
        f"{mined.itemsets_count:,} itemsets in at least {mined.min_baskets_count:,} of "
        f"{mined.baskets_count:,} baskets{': ' + lengths if lengths else ''}"
    )
    console.print(f"{mined.rules_count:,} rules")
    console.print(f"Wrote {out / 'itemsets.parquet'} and {out / 'rules.parquet'}")


def mine_file(
    source: Path,
    *,
    basket: str,
    item: str,
    min_support: float | int,
    max_length: int,
    out: Path,
    min_confidence: float = 0.0,
    single_consequent: bool = False,
    strategy: Strategy = "apriori",
    max_level_gb: float = DEFAULT_MAX_LEVEL_GB,
    memory_limit: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Mined:
    """Write `out`/itemsets.parquet (items, length, baskets_count, support) and `out`/rules.parquet.

    source: Parquet, CSV or TSV with one row per basket and item. basket, item: names of its columns. Items
    keep their type; the items of an itemset are ordered by falling frequency. Rows whose basket or item is
    null or blank are left out. rules: antecedent, consequent, baskets_count, support, confidence, lift,
    leverage, conviction (null where a rule never fails), zhangs_metric.
    memory_limit: of DuckDB, such as '8GB'; DuckDB spills the rest to a scratch folder in `out`.
    progress: called with one line per step. Raises RetentionError where an option or the file is wrong.
    """
    if not 0 <= min_confidence <= 1:
        raise RetentionError(f"--min-confidence is {min_confidence}; expected a share from 0 to 1")
    if out.exists() and not out.is_dir():
        raise RetentionError(f"--out is {out}, which is a file; expected a folder")
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix=".itemsets-", dir=out) as scratch,
        _engine(Path(scratch), memory_limit=memory_limit) as connection,
    ):
        left_out = _read_lines(connection, source, basket=basket, item=item)
        mined = mine(
            connection,
            lines="basket_lines",
            min_support=min_support,
            max_length=max_length,
            min_confidence=min_confidence,
            single_consequent=single_consequent,
            strategy=strategy,
            max_level_gb=max_level_gb,
            left_out_lines_count=left_out,
            progress=progress,
        )
        for name in ("itemsets", "rules"):
            _write(connection, name, out / f"{name}.parquet")
    return mined


_ORDERED = {
    "itemsets": (
        "select items, length, baskets_count, support from itemsets "
        "order by length, baskets_count desc, items"
    ),
    "rules": "select * from rules order by confidence desc, baskets_count desc, antecedent, consequent",
}


@contextmanager
def _engine(scratch: Path, *, memory_limit: str | None) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(config={"temp_directory": str(scratch)})
    try:
        connection.execute("set preserve_insertion_order = false")
        if memory_limit:
            connection.execute(f"set memory_limit = {quoted_text(memory_limit)}")
        yield connection
    except duckdb.OutOfMemoryException as error:
        raise RetentionError(
            f"out of memory: {str(error).splitlines()[0]}. Raise --min-support or --memory-limit, or lower "
            "--max-length"
        ) from error
    except duckdb.ParserException as error:
        raise RetentionError(f"--memory-limit is '{memory_limit}'; expected a size such as 8GB") from error
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise RetentionError(
            f"the baskets cannot be read: {str(error).splitlines()[0]}. Where one column holds numbers and "
            "texts, write the file as Parquet with a text column"
        ) from error
    finally:
        connection.close()


def _read_lines(connection: duckdb.DuckDBPyConnection, source: Path, *, basket: str, item: str) -> int:
    """Create basket_lines (integer basket, item) from the file; return how many rows lack one of the two."""
    if not source.is_file():
        raise RetentionError(f"{source} is not a file; expected a Parquet, CSV or TSV file with the baskets")
    reader = _READERS.get(source.suffix.lower())
    if reader is None:
        raise RetentionError(f"{source} ends in '{source.suffix}'; expected {', '.join(_READERS)}")
    try:
        connection.execute(f"create view raw_lines as select * from {reader(quoted_text(str(source)))}")
        columns = {row[0]: row[1] for row in connection.execute("describe raw_lines").fetchall()}
    except duckdb.Error as error:
        raise RetentionError(f"{source} cannot be read: {str(error).splitlines()[0]}") from error
    for option, column in (("--basket", basket), ("--item", item)):
        if column not in columns:
            raise RetentionError(
                f"{option} is '{column}', which is not a column of {source.name}; its columns are "
                f"{', '.join(columns)}"
            )
    if basket == item:
        raise RetentionError(f"--basket and --item are both '{basket}'; expected two different columns")
    basket_column, item_column = quoted_name(basket), quoted_name(item)
    known = " and ".join(
        f"{column} is not null" if columns[name] != "VARCHAR" else f"{column} ~ '{_NOT_BLANK}'"
        for name, column in ((basket, basket_column), (item, item_column))
    )
    if columns[basket] in _SMALL_INTEGERS:
        lines = f"select {basket_column} as basket, {item_column} as item from raw_lines where {known}"
        connection.execute(f"create view basket_lines as {lines}")
    else:
        connection.execute(
            f"""
            create temporary table basket_numbers as
            select name, cast(row_number() over (order by name) as integer) as basket
            from (select distinct {basket_column} as name from raw_lines where {known}) as names
            """
        )
        connection.execute(
            f"""
            create temporary table basket_lines as
            select basket_numbers.basket, raw_lines.{item_column} as item
            from raw_lines
            inner join basket_numbers on raw_lines.{basket_column} = basket_numbers.name
            where {known}
            """
        )
    [(left_out,)] = connection.execute(
        f"select count(*) from raw_lines where ({known}) is not true"
    ).fetchall()
    return int(left_out)


def _write(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    temporary = path.with_name(path.name + ".tmp")
    connection.execute(f"copy ({_ORDERED[name]}) to {quoted_text(str(temporary))} (format parquet)")
    os.replace(temporary, path)
