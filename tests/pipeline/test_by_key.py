"""Rows of inputs are kept between builds with input_reload_days; such a build equals one that reads all."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Shop, foreign_shop

pytestmark = pytest.mark.whole_shop

INPUTS = ("orders", "order_lines", "sessions")
NODES = ("--select", "+int_retention__today", "stg_retention__sessions")
COMPARED = (
    "stg_retention__orders", "stg_retention__order_lines", "stg_retention__sessions",
    "stg_retention__rejected_rows", "int_retention__purchases",
)  # fmt: skip
LAST_DAY = "timestamp '2024-07-01'"  # of the seeds
MARK = "date '2000-01-01'"
# Each day's changes to the inputs; {day} is a timestamp. All became known within the last seven days.
DAYS = {
    "new orders, lines and sessions come, some for the second time": """
        insert into orders by name
            select * replace ('N' || order_id as order_id, cast({day} as varchar) as ordered_at,
                cast({day} as varchar) as loaded_at)
            from orders where hash(order_id) % 40 = 0;
        insert into order_lines select * replace ('N' || order_id as order_id)
            from order_lines where 'N' || order_id in (select order_id from orders);
        insert into order_lines select * from order_lines
            where order_id like 'N%' and hash(order_id, line_number) % 5 = 0;
        insert into sessions by name
            select * replace ('N' || session_id as session_id, cast({day} as varchar) as started_at,
                cast({day} as varchar) as loaded_at)
            from sessions where hash(session_id) % 50 = 0;
        insert into order_lines select 'LATE' as order_id, product_id, * exclude (order_id, product_id)
            from order_lines limit 2;
    """,
    "old orders are loaded again, with another status and another customer": """
        update orders set order_status = 'cancelled', loaded_at = cast({day} as varchar)
            where hash(order_id) % 31 = 0;
        insert into orders by name
            select * replace ('completed' as order_status, cast({day} as varchar) as loaded_at,
                (select min(customer_id) from orders) as customer_id)
            from orders where hash(order_id) % 37 = 0;
        update orders set customer_id = null, loaded_at = cast({day} as varchar)
            where hash(order_id) % 211 = 0;
    """,
    "new orders go, the order of waiting lines comes, and old lines are returned": """
        delete from orders where order_id like 'N%' and hash(order_id) % 3 = 0;
        insert into orders by name
            select * replace ('LATE' as order_id, cast({day} as varchar) as ordered_at,
                cast({day} as varchar) as loaded_at)
            from orders limit 1;
        update order_lines set returned_at = cast({day} as varchar) where hash(order_id) % 17 = 0;
        delete from order_lines where order_id like 'N%' and line_number = '1';
        delete from sessions where session_id like 'N%' and hash(session_id) % 2 = 0;
    """,
    "an order of the day after tomorrow is a day closer, and lines without an order stay": """
        update orders set loaded_at = cast({day} as varchar), ordered_at = 'never'
            where hash(order_id) % 97 = 0;
        insert into order_lines select 'NONE' as order_id, product_id, * exclude (order_id, product_id)
            from order_lines limit 2;
    """,
}


def write(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    for name in INPUTS:
        connection.execute(f"copy {name} to '{folder}/{name}.parquet' (format parquet)")


def mark_rows(shop: Shop) -> None:
    """Give the rows of the last build another read_date, by which kept rows are recognised."""
    with duckdb.connect(str(shop.warehouse)) as connection:
        for name in INPUTS:
            connection.execute(f"update stg_retention__checked_{name} set read_date = {MARK}")


def rows(shop: Shop, table: str) -> list[tuple[object, ...]]:
    return shop.query(f"select * from {table} order by all")


def test_a_build_of_new_rows_equals_a_build_of_all_rows(tmp_path: Path) -> None:
    shop = foreign_shop(
        tmp_path / "shop",
        models={f"my_{name}": f"select * from '{tmp_path}/{name}.parquet'" for name in INPUTS},
        variables={f"input_{name}": f"my_{name}" for name in INPUTS}
        | {"input_reload_days": 7, "max_rejected_share": 1},
    )
    connection = duckdb.connect()
    for name in INPUTS:
        connection.execute(
            f"create table {name} as from read_csv('{ROOT}/seeds/example_{name}.csv', all_varchar = true)"
        )
    # A build for a later date accepts an order that is in the future for the builds after it.
    connection.execute(
        "insert into orders by name "
        "select * replace ('FUTURE' as order_id, '2097-06-01' as ordered_at, '2024-06-01' as loaded_at) "
        "from orders limit 1"
    )
    write(connection, tmp_path)
    shop.build(*NODES, as_of_date="2098-01-01")
    accepted = "select count(*) from stg_retention__orders where order_id = 'FUTURE'"
    assert shop.query(accepted) == [(1,)]
    shop.build(*NODES)
    assert shop.query(accepted) == [(0,)]
    for number, (what, changes) in enumerate(DAYS.items()):
        connection.execute(changes.format(day=f"({LAST_DAY} + interval {number} day)"))
        write(connection, tmp_path)
        mark_rows(shop)
        shop.build(*NODES)
        for name in INPUTS:
            [(kept, total)] = shop.query(
                f"select count(*) filter (where read_date = {MARK}), count(*) "
                f"from stg_retention__checked_{name}"
            )
            assert 0.5 * total < kept < total, (what, name)
        whole = replace(shop, warehouse=tmp_path / f"whole_{number}.duckdb")
        shutil.copy(shop.warehouse, whole.warehouse)
        whole.build(*NODES, "--full-refresh")
        for table in COMPARED:
            assert rows(shop, table) == rows(whole, table), (what, table)
