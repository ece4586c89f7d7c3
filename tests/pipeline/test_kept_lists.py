"""Lists of recommendations are made again for customers with new orders and for a share of the others.

Those of the backtest are kept as long as it has the same date.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT, Shop, foreign_shop

pytestmark = pytest.mark.whole_shop

INPUTS = ("orders", "order_lines", "products")
NODES = ("--select", "+int_retention__recommendations")
FIRST_DAY, NEXT_DAY = "2024-07-02", "2024-07-03"
LIST = "list_name, list_rank, item, is_new, orders_count, last_order_date, recent_buyers_count, listed_date"


def lists_of(shop: Shop, columns: str, condition: str = "purpose = 'today'") -> dict[str, list[Any]]:
    """The list rows of each customer."""
    lists: dict[str, list[Any]] = {}
    for customer, *row in shop.query(
        f"select customer_id, {columns} from int_retention__recommendations where {condition} order by all"
    ):
        lists.setdefault(customer, []).append(tuple(row))
    return lists


def update(shop: Shop, statement: str) -> None:
    with duckdb.connect(str(shop.warehouse)) as connection:
        connection.execute(statement)


def is_refreshed_on(customer: str, day: str) -> bool:
    """Is it the customer's day of the week, by hash?"""
    bucket = int(hashlib.md5(f"refresh {customer}".encode()).hexdigest()[:8], 16) % 7
    return bucket == (date.fromisoformat(day) - date(2000, 1, 1)).days % 7


def test_only_lists_of_changed_customers_and_of_one_in_seven_are_made_again(tmp_path: Path) -> None:
    for name in INPUTS:
        duckdb.sql(f"from read_csv('{ROOT}/seeds/example_{name}.csv', all_varchar = true)").write_parquet(
            str(tmp_path / f"{name}_1.parquet")
        )
    shop = foreign_shop(
        tmp_path / "shop",
        models={
            f"my_{name}": f"select * from read_parquet('{tmp_path}/{name}_*.parquet', union_by_name = true)"
            for name in INPUTS
        },
        variables={f"input_{name}": f"my_{name}" for name in INPUTS},
    )
    shop.build(*NODES, as_of_date=FIRST_DAY)
    before = lists_of(shop, LIST)
    backtest = lists_of(shop, f"{LIST}, score", "purpose = 'backtest'")
    buyer = min(customer for customer in before if not is_refreshed_on(customer, NEXT_DAY))
    update(shop, "update int_retention__recommendations set score = -1")

    duckdb.sql(
        f"select 'NEW' as order_id, '{buyer}' as customer_id, '{FIRST_DAY} 10:00:00' as ordered_at, "
        f"'completed' as order_status, '10.0' as order_amount, '{FIRST_DAY} 10:00:00' as loaded_at"
    ).write_parquet(str(tmp_path / "orders_2.parquet"))
    duckdb.sql(
        "select 'NEW' as order_id, product_id, '1' as line_number, '1' as quantity, '10.0' as net_amount "
        f"from '{tmp_path}/products_1.parquet' order by product_id limit 1"
    ).write_parquet(str(tmp_path / "order_lines_2.parquet"))
    shop.build(*NODES, as_of_date=NEXT_DAY)

    kept = lists_of(shop, LIST, "purpose = 'today' and score = -1")
    made = lists_of(shop, f"{LIST}, score", "score <> -1 and purpose = 'today'")
    assert buyer in made
    refreshed = {customer for customer in kept | made if is_refreshed_on(customer, NEXT_DAY)}
    assert set(made) == refreshed | {buyer}
    assert 0.7 * len(before) < len(kept) < len(before)
    assert kept == {customer: before[customer] for customer in kept}
    [(kept_lists,)] = shop.query(
        "select count(*) from int_retention__recommendations where purpose = 'backtest' and score = -1"
    )
    assert kept_lists == sum(map(len, backtest.values()))

    shop.build(*NODES, "--full-refresh", as_of_date=NEXT_DAY)
    whole = lists_of(shop, f"{LIST}, score")
    assert {customer: whole[customer] for customer in made} == made
    [(least, customers)] = shop.query(
        "select min(score), count(distinct customer_number) from int_retention__recommendations"
    )
    assert (least >= 0, customers) == (True, len(whole) + len(backtest))
    assert lists_of(shop, f"{LIST}, score", "purpose = 'backtest'") == backtest

    # On the same day nothing is made again, unless an item is no longer sold or a var has changed.
    due = (
        "select distinct customer_id from int_retention__customer_items where is_listed and purpose = 'today'"
    )
    alone = ("--select", "int_retention__customer_items")
    shop.build(*alone, as_of_date=NEXT_DAY)
    assert shop.query(due) == []

    shown = Counter(row[2] for rows in whole.values() for row in rows)
    item = min(shown, key=lambda item: shown[item])
    update(shop, f"update int_retention__recommendable_items set is_sellable = item <> '{item}'")
    shop.build(*alone, as_of_date=NEXT_DAY)
    with_item = {customer for customer, rows in whole.items() if any(row[2] == item for row in rows)}
    assert 0 < len(with_item) < len(whole)
    assert {customer for (customer,) in shop.query(due)} == with_item

    shop.build(*alone, as_of_date=NEXT_DAY, recommendation_active_days=85)
    assert {customer for (customer,) in shop.query(due)} >= set(whole)
