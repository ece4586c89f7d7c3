"""Mines itemsets and rules on a DuckDB connection, by the package's own SQL macros."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import duckdb

from dbt_retention.sql_macros import SqlMacros

Strategy = Literal["apriori", "eclat"]

DEFAULT_MAX_LEVEL_GB = 8.0
# How the macro names each setting in an error.
_OPTIONS = {
    "min_support": "--min-support",
    "max_length": "--max-length",
    "strategy": "--strategy",
    "max_level_gb": "--max-level-gb",
}


@dataclass(frozen=True)
class Mined:
    """Result of one run. baskets_count: baskets with an item; levels: number of itemsets by length."""

    baskets_count: int
    min_baskets_count: int
    levels: tuple[int, ...]
    rules_count: int
    left_out_lines_count: int

    @property
    def itemsets_count(self) -> int:
        return sum(self.levels)


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
    """Create the temporary tables `itemsets` and `rules` on `connection`.

    lines: a table with the columns basket (an integer) and item. is_deduplicated: set it only where every
    basket has an item once, as in int_retention__baskets; otherwise the counts are wrong. progress: called
    with one line per step. Raises RetentionError where a setting is wrong or a level would be too large.
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
    """SQL that replaces the codes of items by the items, as a list."""
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
