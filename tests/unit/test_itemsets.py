"""Itemsets and rules equal a brute-force count, for any baskets."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from dbt_retention.cli import app
from dbt_retention.commands.itemset_mining import Strategy, mine
from dbt_retention.commands.itemsets import mine_file, parse_support
from dbt_retention.errors import RetentionError
from dbt_retention.sql_macros import SqlMacros
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

Lines = Sequence[tuple[int | None, str | None]]
STRATEGIES: tuple[Strategy, ...] = ("apriori", "eclat")


def table_of(lines: Lines) -> pa.Table:
    return pa.table(
        {
            "basket": pa.array([basket for basket, _ in lines], pa.int32()),
            "item": pa.array([item for _, item in lines], pa.string()),
        }
    )


def mined_from(lines: Lines, **options: Any) -> tuple[dict[frozenset[str], int], list[dict[str, Any]]]:
    with duckdb.connect() as connection:
        connection.register("basket_lines", table_of(lines))
        mine(connection, lines="basket_lines", **options)
        itemsets = connection.sql("select items, length, baskets_count from itemsets").fetchall()
        rules = connection.sql("select * from rules").to_arrow_table().to_pylist()
    assert all(len(set(items)) == length for items, length, _ in itemsets)
    assert len({frozenset(items) for items, _, _ in itemsets}) == len(itemsets)
    return {frozenset(items): baskets for items, _, baskets in itemsets}, rules


def baskets_of(lines: Lines) -> list[frozenset[str]]:
    baskets: dict[int, set[str]] = {}
    for basket, item in lines:
        if basket is not None and item is not None:
            baskets.setdefault(basket, set()).add(item)
    return [frozenset(items) for items in baskets.values()]


def counted_by_hand(
    baskets: Iterable[frozenset[str]], *, least: int, max_length: int
) -> dict[frozenset[str], int]:
    counts: dict[frozenset[str], int] = {}
    for basket in baskets:
        for length in range(1, max_length + 1):
            for items in combinations(sorted(basket), length):
                counts[frozenset(items)] = counts.get(frozenset(items), 0) + 1
    return {items: count for items, count in counts.items() if count >= least}


ITEMS = st.sampled_from("abcdefg")
RANDOM_LINES = st.lists(st.tuples(st.integers(0, 12), ITEMS), max_size=60)
DUPLICATE_HEAVY = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc")), min_size=20, max_size=60)
SINGLE_ITEM = st.lists(st.tuples(st.integers(0, 30), st.just("a")), min_size=1, max_size=30)
WITH_UNKNOWN = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 5)), st.one_of(st.none(), ITEMS)), max_size=40
)


@given(
    lines=st.one_of(RANDOM_LINES, DUPLICATE_HEAVY, SINGLE_ITEM, WITH_UNKNOWN),
    min_support=st.one_of(st.integers(1, 6), st.sampled_from([0.05, 0.1, 0.3, 0.5, 1.0])),
    max_length=st.integers(1, 8),
    strategy=st.sampled_from(STRATEGIES),
)
@settings(max_examples=120, deadline=None)
def test_itemsets_and_rules_equal_a_brute_force_count(
    lines: Lines, min_support: float | int, max_length: int, strategy: Strategy
) -> None:
    baskets = baskets_of(lines)
    total = len(baskets)
    least = (
        min_support
        if isinstance(min_support, int)
        else next(n for n in range(1, total + 2) if n >= min_support * total - 1e-9)
    )
    expected = counted_by_hand(baskets, least=least, max_length=max_length)

    itemsets, rules = mined_from(lines, min_support=min_support, max_length=max_length, strategy=strategy)

    assert itemsets == expected
    assert len(rules) == sum(2 ** len(items) - 2 for items in expected)
    for rule in rules:
        antecedent, consequent = frozenset(rule["antecedent"]), frozenset(rule["consequent"])
        assert not antecedent & consequent
        both = expected[antecedent | consequent] / total
        first, second = expected[antecedent] / total, expected[consequent] / total
        assert rule["baskets_count"] == expected[antecedent | consequent]
        assert math.isclose(rule["support"], both)
        assert math.isclose(rule["confidence"], both / first)
        assert math.isclose(rule["lift"], both / first / second)
        assert math.isclose(rule["leverage"], both - first * second, abs_tol=1e-12)
        if expected[antecedent] == expected[antecedent | consequent]:
            assert rule["conviction"] is None, "infinity is not valid JSON"
        else:
            assert math.isclose(
                rule["conviction"], (1 - second) / (1 - both / first), rel_tol=1e-9, abs_tol=1e-12
            )


def least_baskets(min_support: float | int, baskets: int) -> int:
    with duckdb.connect() as connection:
        least: int = SqlMacros(connection).call("itemset_min_baskets", min_support, baskets)
    return least


@pytest.mark.parametrize(
    ("min_support", "baskets", "least"),
    [
        (0.56, 10_000_000, 5_600_000),
        (0.1, 30, 3),
        (1e-05, 10_000_000, 100),
        (1e-07, 5, 1),
        (1.0, 7, 7),
        (50, 7, 50),
    ],
)
def test_minimum_baskets_of_a_decimal_share(min_support: float | int, baskets: int, least: int) -> None:
    assert least_baskets(min_support, baskets) == least


@given(
    digits=st.integers(1, 10**6),
    places=st.integers(6, 12),
    baskets=st.integers(0, 10**13),
    more=st.integers(0, 10**6),
)
@settings(max_examples=200, deadline=None)
def test_minimum_baskets_are_the_exact_product_rounded_up(
    digits: int, places: int, baskets: int, more: int
) -> None:
    share = Fraction(digits, 10**places)
    least = least_baskets(float(f"{digits}e-{places}"), baskets)
    assert least == max(math.ceil(share * baskets), 1)
    assert least_baskets(float(f"{digits}e-{places}"), baskets + more) >= least
    assert least <= max(baskets, 1)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_baskets_give_no_itemsets(strategy: Strategy) -> None:
    itemsets, rules = mined_from([], min_support=0.1, max_length=3, strategy=strategy)
    assert itemsets == {}
    assert rules == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_ten_items_give_one_itemset_of_length_ten(strategy: Strategy) -> None:
    lines = [(basket, item) for basket in range(3) for item in "abcdefghij"]
    itemsets, _ = mined_from(lines, min_support=3, max_length=10, strategy=strategy, single_consequent=True)
    assert len(itemsets) == 2**10 - 1
    assert itemsets[frozenset("abcdefghij")] == 3


def test_single_consequents_are_the_rules_with_one_item_on_the_right() -> None:
    lines = [(basket, item) for basket in range(4) for item in "abcd"]
    _, rules = mined_from(lines, min_support=0.5, max_length=4)
    _, single = mined_from(lines, min_support=0.5, max_length=4, single_consequent=True)

    def sides(found: list[dict[str, Any]]) -> set[tuple[frozenset[str], frozenset[str]]]:
        return {(frozenset(rule["antecedent"]), frozenset(rule["consequent"])) for rule in found}

    assert sides(single) == {(left, right) for left, right in sides(rules) if len(right) == 1}


def test_rules_below_the_confidence_are_excluded() -> None:
    lines = [(1, "a"), (1, "b"), (2, "a"), (2, "b"), (3, "a"), (4, "a"), (5, "a")]
    _, rules = mined_from(lines, min_support=1, max_length=2, min_confidence=0.4)
    assert {rule["confidence"] for rule in rules} == {0.4, 1.0}


def test_a_share_is_rounded_up_but_not_past_a_whole_number() -> None:
    """0.1 * 30 is 3.0000000000000004 as a double; three baskets of thirty are enough."""
    lines = [(basket, "a" if basket < 3 else "b") for basket in range(30)]
    itemsets, _ = mined_from(lines, min_support=0.1, max_length=1)
    assert itemsets == {frozenset("a"): 3, frozenset("b"): 27}


def mining_error(lines: Lines | pa.Table, told: list[str] | None = None, **options: Any) -> str:
    """The error of mine(), without rules. told: receives the steps before it."""
    table = lines if isinstance(lines, pa.Table) else table_of(lines)
    with duckdb.connect() as connection:
        connection.register("basket_lines", table)
        with pytest.raises(RetentionError) as stopped:
            mine(
                connection, lines="basket_lines", progress=None if told is None else told.append, **options
            )  # fmt: skip
        assert connection.sql("from duckdb_tables() where table_name like '%rules'").fetchall() == []
    return str(stopped.value)


def counted_levels(told: Iterable[str]) -> list[str]:
    """The counted levels among the steps, without candidates and forecasts."""
    return [step.split(":")[0] for step in told if step.endswith(" itemsets") and "about" not in step]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_level_over_the_limit_stops_with_its_name_and_a_remedy(strategy: Strategy) -> None:
    """Without rules, because they would exceed their limit first."""
    lines = [(basket, f"item {number}") for basket in range(4) for number in range(40)]
    told: list[str] = []
    message = mining_error(
        lines, told, min_support=4, max_length=8, max_level_gb=0.002, with_rules=False, strategy=strategy
    )
    assert counted_levels(told) == ["length 1", "length 2", "length 3"]
    assert "itemsets of length 4 would need 91,390 candidates and about 0.00512 GB" in message
    assert "Raise --min-support (now 4: 4 of 4 baskets)" in message
    assert "lower --max-length to 3, or raise --max-level-gb" in message


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_rules_over_the_limit_stop_before_the_next_levels(strategy: Strategy) -> None:
    """780 pairs give 2 rules each, and 9,880 triples 6: the error does not give a total of all rules."""
    lines = [(basket, f"item {number}") for basket in range(4) for number in range(40)]
    told: list[str] = []
    message = mining_error(lines, told, min_support=4, max_length=8, max_level_gb=0.002, strategy=strategy)
    assert "the itemsets up to length 3 would make 60,840 rules and about 0.00973 GB, more than" in message
    assert (
        "Raise --min-support, lower --max-length, ask for single consequents, or raise --max-level" in message
    )
    assert counted_levels(told) == ["length 1", "length 2", "length 3"]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_too_many_rules_stop_before_they_are_written(strategy: Strategy) -> None:
    """Without the last itemset the rules would take 0.0831 GB: only the full count is over the limit."""
    lines = [(basket, item) for basket in range(3) for item in "abcdefghijkl"]
    message = mining_error(lines, min_support=3, max_length=12, max_level_gb=0.0835, strategy=strategy)
    assert "the itemsets up to length 12 would make 523,250 rules and about 0.0837 GB, more than" in message


@pytest.mark.parametrize(
    ("single_consequent", "max_level_gb", "words"),
    [
        (
            False,
            0.05,
            "the itemsets would make 523,250 rules and about 0.0837 GB, more than --max-level-gb = 0.05",
        ),
        (
            True,
            0.003,
            "the itemsets would make 24,564 rules and about 0.00393 GB, more than --max-level-gb = 0.003",
        ),
    ],
)
def test_too_many_rules_of_finished_itemsets_stop_too(
    single_consequent: bool, max_level_gb: float, words: str
) -> None:
    """As in mart_association_rules: the itemsets were mined without rules."""
    lines = [(basket, item) for basket in range(3) for item in "abcdefghijkl"]
    with duckdb.connect() as connection:
        connection.register("basket_lines", table_of(lines))
        mine(connection, lines="basket_lines", min_support=3, max_length=12, with_rules=False)
        macros = SqlMacros(connection)
        called = {
            "min_support": "--min-support",
            "max_length": "--max-length",
            "max_level_gb": "--max-level-gb",
        }
        limits = macros.call("itemset_settings", 3, 12, "apriori", max_level_gb, called)
        with pytest.raises(RetentionError) as stopped:
            macros.call("check_rules", "itemsets", limits, single_consequent)
    assert words in str(stopped.value)
    assert "Raise --min-support, lower --max-length, ask for single consequents" in str(stopped.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_length": 0}, "--max-length is '0'; expected a whole number from 1 to 16"),
        ({"min_support": 0}, "--min-support is '0'; expected a share"),
        ({"min_support": 1.5}, "--min-support is '1.5'; expected a share"),
        ({"strategy": "magic"}, "--strategy is 'magic'; expected apriori or eclat"),
        ({"max_level_gb": 0}, "--max-level-gb is '0'; expected a number above 0"),
    ],
)
def test_wrong_settings_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(RetentionError) as wrong:
        mined_from([(1, "a")], **{"min_support": 0.5, "max_length": 2} | options)
    assert words in str(wrong.value)


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "much", "nan"])
def test_a_wrong_support_is_named(text: str) -> None:
    with pytest.raises(RetentionError, match=f"--min-support is '{text}'"):
        parse_support(text)


def test_the_command_reads_text_ids_and_writes_both_files(tmp_path: Path) -> None:
    source = tmp_path / "tills.csv"
    source.write_text("till,what\nr1,Tea\nr1,Milk\nr2,Tea\nr2,Milk\nr3,Tea\nr4,\n", encoding="utf-8")
    done = CliRunner().invoke(
        app,
        f"itemsets {source} --basket till --item what --min-support 2 --max-length 3 "
        f"--min-confidence 0.8 --single-consequent --out {tmp_path / 'found'}",
    )
    assert done.exit_code == 0, done.output
    assert "1 rows left out: basket or item is null or blank" in done.output
    assert "3 itemsets in at least 2 of 3 baskets: 2 of length 1, 1 of length 2" in done.output
    assert duckdb.sql(f"from '{tmp_path / 'found' / 'itemsets.parquet'}'").fetchall() == [
        (["Tea"], 1, 3, 1.0),
        (["Milk"], 1, 2, 2 / 3),
        (["Tea", "Milk"], 2, 2, 2 / 3),
    ]
    [rule] = duckdb.sql(f"from '{tmp_path / 'found' / 'rules.parquet'}'").fetchall()
    assert rule[:2] == (["Milk"], ["Tea"])
    assert sorted(path.name for path in (tmp_path / "found").iterdir()) == [
        "itemsets.parquet",
        "rules.parquet",
    ]


@pytest.mark.parametrize(
    ("name", "basket", "item", "words"),
    [
        ("missing.parquet", "till", "what", "is not a file"),
        ("lines.txt", "till", "what", "ends in '.txt'; expected .parquet, .csv, .tsv"),
        (
            "lines.csv",
            "cart",
            "what",
            "--basket is 'cart', which is not a column of lines.csv; its columns are till, what",
        ),
        ("lines.csv", "till", "till", "--basket and --item are both 'till'"),
        ("broken.parquet", "till", "what", "broken.parquet cannot be read"),
    ],
)
def test_a_wrong_file_or_column_is_named_in_the_error(
    tmp_path: Path, name: str, basket: str, item: str, words: str
) -> None:
    for file in ("lines.txt", "lines.csv", "broken.parquet"):
        (tmp_path / file).write_text("till,what\n1,Tea\n", encoding="utf-8")
    with pytest.raises(RetentionError) as wrong:
        mine_file(
            tmp_path / name,
            basket=basket,
            item=item,
            min_support=1,
            max_length=2,
            out=tmp_path / "out",
        )
    assert words in str(wrong.value)


def test_a_wrong_memory_limit_and_a_column_of_two_kinds_are_named(tmp_path: Path) -> None:
    lines = tmp_path / "lines.csv"
    lines.write_text("till,what\n" + "1,Tea\n" * 30_000 + "A17,Milk\n", encoding="utf-8")

    def refused(**options: Any) -> str:
        with pytest.raises(RetentionError) as wrong:
            mine_file(
                lines,
                basket="till",
                item="what",
                min_support=1,
                max_length=2,
                out=tmp_path / "out",
                **options,
            )
        return str(wrong.value)

    assert "--memory-limit is 'lots'; expected a size such as 8GB" in refused(memory_limit="lots")
    assert "the baskets cannot be read: Conversion Error: CSV Error on Line: 30002" in refused()


def test_blank_items_and_baskets_do_not_count(tmp_path: Path) -> None:
    source = tmp_path / "tills.csv"
    blank = "\u00a0\u200b "
    lines = ["r1,Tea", "r1,' '", f"r1,'{blank}'", "r2,Tea", "' ',Tea", f"r3,'{blank}'", "r4,Milk"]
    source.write_text("till,what\n" + "\n".join(lines).replace("'", '"') + "\n", encoding="utf-8")
    mined = mine_file(source, basket="till", item="what", min_support=1, max_length=2, out=tmp_path / "found")
    assert (mined.baskets_count, mined.left_out_lines_count) == (3, 4)
    assert duckdb.sql(
        f"select items, baskets_count from '{tmp_path / 'found' / 'itemsets.parquet'}'"
    ).fetchall() == [
        (["Tea"], 2),
        (["Milk"], 1),
    ]


def test_progress_is_printed(tmp_path: Path) -> None:
    source = tmp_path / "tills.csv"
    source.write_text("till,what\n" + "".join(f"{n},{item}\n" for n in range(3) for item in "abc"))
    told: list[str] = []
    mine_file(
        source, basket="till", item="what", min_support=1, max_length=3, out=tmp_path, progress=told.append
    )
    assert told == [
        "length 1: 3 itemsets",
        "length 2: 3 itemsets",
        "length 3: 1 candidates, about 9e-08 GB",
        "length 3: 1 itemsets",
    ]


def dense_lines(*, baskets: int, items: int) -> pa.Table:
    """Every basket contains nearly every item, so nearly all subsets are itemsets."""
    held = np.random.default_rng(1).random((baskets, items)) < np.linspace(0.7, 1, items)
    rows, columns = np.nonzero(held)
    return pa.table({"basket": rows.astype("int32"), "item": columns.astype("int32")})


# Two significant digits: 61,000,000 or 8.4 or 0.084.
ROUNDED = r"(?:0\.0*)?[1-9](?:\.?\d)?(?:0|,)*"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_dense_file_is_refused_before_its_levels_are_counted(strategy: Strategy) -> None:
    told: list[str] = []
    message = mining_error(
        dense_lines(baskets=2600, items=40), told, min_support=0.5, max_length=16, strategy=strategy,
        max_level_gb=0.5, with_rules=False,
    )  # fmt: skip
    assert len(counted_levels(told)) <= 4, told
    forecast = re.match(
        rf"itemsets of length (\d+) would number about {ROUNDED} and need about {ROUNDED} GB "
        r"\(forecast from a sample of the itemsets of length (\d+)\), more than --max-level-gb = 0\.5\. "
        r"Raise --min-support \(now 0\.5: 1,300 of 2,600 baskets\), lower --max-length to (\d+), or raise",
        message,
    )
    assert forecast, message
    level, sampled_level, max_length = map(int, forecast.groups())
    assert (sampled_level, max_length) == (len(counted_levels(told)), level - 1)
    assert "candidates" not in message


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_too_many_rules_are_refused_before_the_itemsets_are_counted(strategy: Strategy) -> None:
    """The rules up to length 5 take 0.6 GB, which the exact count lets pass."""
    told: list[str] = []
    message = mining_error(
        dense_lines(baskets=600, items=37), told, min_support=0.5, max_length=16, max_level_gb=1,
        strategy=strategy,
    )  # fmt: skip
    assert len(counted_levels(told)) <= 5, told
    forecast = re.match(
        rf"the itemsets up to length (\d+) would make about {ROUNDED} rules and about {ROUNDED} GB "
        r"\(forecast from a sample of the itemsets of length (\d+)\), more than --max-level-gb = 1\. "
        r"Raise --min-support, lower --max-length, ask for single consequents, or raise --max-level-gb",
        message,
    )
    assert forecast, message
    level, sampled_level = map(int, forecast.groups())
    assert sampled_level == len(counted_levels(told)) < level


@pytest.mark.parametrize(
    ("number", "text"), [(61234567.0, "61,000,000"), (140.2, "140"), (8.37, "8.4"), (0.0837, "0.084")]
)
def test_a_forecast_is_rounded(number: float, text: str) -> None:
    with duckdb.connect() as connection:
        assert SqlMacros(connection).call("_rounded_number", number) == text


def test_a_forecast_refuses_only_25_percent_over_the_limit() -> None:
    """1,000,000 rules are 0.16 GB."""
    with duckdb.connect() as connection:
        macros = SqlMacros(connection)
        limits = macros.call("itemset_settings", 0.5, 16, "apriori", 0.16)
        macros.call("_check_rules_count", 1_250_000, limits, up_to_length=5, sampled_level=3)
        with pytest.raises(RetentionError, match=r"about 1,300,000 rules and about 0\.2 GB \(forecast"):
            macros.call("_check_rules_count", 1_260_000, limits, up_to_length=5, sampled_level=3)
        with pytest.raises(RetentionError, match="up to length 5 would make 1,000,001 rules"):
            macros.call("_check_rules_count", 1_000_001, limits, up_to_length=5)


def test_a_forecast_is_near_the_count() -> None:
    told: list[str] = []
    with duckdb.connect() as connection:
        connection.register("basket_lines", dense_lines(baskets=1000, items=16))
        macros = SqlMacros(connection, log=told.append)
        settings = macros.call("itemset_settings", 0.5, 16, "apriori", 8.0)
        mined = macros.call("mine_itemsets", "basket_lines", settings, "basket", "item")
        connection.execute(
            f"create temporary table retention_work_sets_3 as from {mined['itemsets']} where length = 3"
        )
        connection.execute("alter table retention_work_sets_3 add column set_id integer")
        connection.execute("update retention_work_sets_3 set set_id = rowid")
        connection.execute(
            "create temporary table retention_work_baskets as "
            f"select basket, code as item from basket_lines inner join {mined['items']} as items using (item)"
        )
        told.clear()
        mine_state = {"min_baskets": 500, "settings": settings, "rules_count": 0}
        macros.call("_forecast_levels", 3, mine_state)
    expected = [float(step.split("about ")[1].split(" ")[0].replace(",", "")) for step in told]
    assert len(expected) >= 4
    for level, forecast in enumerate(expected[:4], start=4):
        assert forecast == pytest.approx(mined["levels"][level - 1], rel=0.3)
