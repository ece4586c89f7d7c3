"""Frequent itemsets and association rules of any file of baskets, by the package's own SQL macros."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from dbt_retention.commands.sql_macros import SqlMacros
from dbt_retention.errors import RetentionError
from dbt_retention.quoting import quoted_name, quoted_text

Strategy = Literal["apriori", "eclat"]

DEFAULT_MAX_LEVEL_GB = 8.0
_READERS: dict[str, Callable[[str], str]] = {
    ".parquet": lambda path: f"read_parquet({path})",
    ".csv": lambda path: f"read_csv({path})",
    ".tsv": lambda path: f"read_csv({path}, delim = '\t')",
}
# A whole text with anything in it but spaces, those of Unicode and those without width too.
_NOT_BLANK = r"(?s).*[^\s\x{a0}\x{2000}-\x{200b}\x{3000}\x{feff}].*"
_SMALL_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT")
_OPTIONS = {
    "min_support": "--min-support",
    "max_length": "--max-length",
    "strategy": "--strategy",
    "max_level_gb": "--max-level-gb",
}


@dataclass(frozen=True)
class Mined:
    """What one run found. baskets_count: baskets with an item; levels: itemsets of each length."""

    baskets_count: int
    min_baskets_count: int
    levels: tuple[int, ...]
    rules_count: int
    left_out_lines_count: int

    @property
    def itemsets_count(self) -> int:
        return sum(self.levels)


def parse_support(text: str) -> float | int:
    """'0.001' is a share of the baskets, '50' a number of them. Raises RetentionError for anything else."""
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
        raise RetentionError(f"--out is {out}, which is a file; expected a folder. Name another one")
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


def mine(
    connection: duckdb.DuckDBPyConnection,
    *,
    lines: str,
    min_support: float | int,
    max_length: int,
    min_confidence: float = 0.0,
    single_consequent: bool = False,
    strategy: Strategy = "apriori",
    max_level_gb: float = DEFAULT_MAX_LEVEL_GB,
    with_rules: bool = True,
    is_deduplicated: bool = False,
    left_out_lines_count: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Mined:
    """Create the temporary tables `itemsets` and `rules` from `lines`: an integer basket, and an item.

    is_deduplicated: no basket names an item twice, as in int_retention__baskets; wrong counts if untrue.
    """
    macros = SqlMacros(connection, log=progress)
    settings = macros.call("itemset_settings", min_support, max_length, strategy, max_level_gb, _OPTIONS)
    settings["is_deduplicated"] = is_deduplicated
    if with_rules:
        settings["rules"] = "single" if single_consequent else "all"
    found = macros.call("mine_itemsets", lines, settings, "basket", "item")
    levels: list[int] = [size for size in found["levels"] if size]
    width = max(len(levels), 1)
    connection.execute(
        f"""
        create or replace temporary table coded_itemsets as
        select
            {macros.call("itemset_key", width)} as itemset_key,
            *,
            {found["baskets_count"]} as all_baskets_count
        from {found["itemsets"]}
        """
    )
    connection.execute(_named_itemsets(found["items"], width=width))
    rules_count = 0
    if with_rules:
        macros.call("check_rules", "coded_itemsets", settings, single_consequent)
        rules = macros.call(
            "association_rules", "coded_itemsets", width, min_confidence, 0, single_consequent
        )
        connection.execute(f"create or replace temporary table coded_rules as {rules}")
        connection.execute(_NAMED_RULES)
        [(rules_count,)] = connection.execute("select count(*) from rules").fetchall()
    return Mined(
        baskets_count=found["baskets_count"],
        min_baskets_count=found["min_baskets_count"],
        levels=tuple(levels),
        rules_count=rules_count,
        left_out_lines_count=left_out_lines_count,
    )


def _named_itemsets(items: str, *, width: int) -> str:
    """Codes back to the items themselves, as a list."""
    numbers = range(1, width + 1)
    joins = "\n".join(
        f"left join {items} as items_{n} on coded_itemsets.item_{n} = items_{n}.code" for n in numbers
    )
    names = ", ".join(f"items_{n}.item" for n in numbers)
    return f"""
        create or replace temporary table itemsets as
        select
            coded_itemsets.itemset_key,
            ([{names}])[1:coded_itemsets.length] as items,
            coded_itemsets.length,
            coded_itemsets.baskets_count,
            cast(coded_itemsets.baskets_count as double) / coded_itemsets.all_baskets_count as support
        from coded_itemsets
        {joins}
    """


_NAMED_RULES = """
    create or replace temporary table rules as
    select
        antecedents.items as antecedent,
        consequents.items as consequent,
        coded_rules.baskets_count,
        coded_rules.support,
        coded_rules.confidence,
        coded_rules.lift,
        coded_rules.leverage,
        coded_rules.conviction,
        coded_rules.zhangs_metric
    from coded_rules
    inner join itemsets as antecedents on coded_rules.antecedent_key = antecedents.itemset_key
    inner join itemsets as consequents on coded_rules.consequent_key = consequents.itemset_key
"""
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
            f"memory ran out: {str(error).splitlines()[0]}. Raise --min-support, or lower --max-length"
        ) from error
    except duckdb.ParserException as error:
        raise RetentionError(f"--memory-limit is '{memory_limit}'; expected a size such as 8GB") from error
    except (duckdb.ConversionException, duckdb.InvalidInputException) as error:
        raise RetentionError(
            f"the baskets cannot be read: {str(error).splitlines()[0]}. Numbers and words in one column? "
            "Write them as Parquet, where a column has a type"
        ) from error
    finally:
        connection.close()


def _read_lines(connection: duckdb.DuckDBPyConnection, source: Path, *, basket: str, item: str) -> int:
    """Make basket_lines (integer basket, item) of the file; how many lines lack one of the two."""
    if not source.is_file():
        raise RetentionError(f"{source} is not a file; expected the baskets as Parquet or CSV")
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
                f"{option} is '{column}', and {source.name} has no such column. It has {', '.join(columns)}"
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
    beside = path.with_name(path.name + ".tmp")
    connection.execute(f"copy ({_ORDERED[name]}) to {quoted_text(str(beside))} (format parquet)")
    os.replace(beside, path)
