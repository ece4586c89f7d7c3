"""Item pairs are counted by periods that are kept; an incremental build equals a full one."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Shop, foreign_shop

pytestmark = pytest.mark.whole_shop

NODES = ("--select", "+int_retention__item_pairs")
PAIRS = ("monthly_pairs", "customer_pairs", "item_pairs")
CHANGES = {
    "new orders come": """
        insert into orders by name
        select 'N' || order_id as order_id, customer_id, ordered_at + interval 40 day as ordered_at
        from orders where ordered_at >= timestamp '2024-05-20';
        insert into order_lines select 'N' || order_id, product_id
        from order_lines semi join (select * from orders where order_id like 'N%') as new
        on 'N' || order_lines.order_id = new.order_id
    """,
    "an old order changes": """
        delete from order_lines where order_id in (select min(order_id) from orders
        where ordered_at < timestamp '2023-06-01') and product_id in (select min(product_id) from order_lines
        where order_id in (select min(order_id) from orders where ordered_at < timestamp '2023-06-01'));
        insert into order_lines select max(order_id), 'never seen' from orders
        where ordered_at < timestamp '2023-09-01'
    """,
    "an order moves to another month": """
        update orders set ordered_at = timestamp '2023-08-15 10:00:00'
        where order_id = (select max(order_id) from orders where ordered_at < timestamp '2023-06-01')
    """,
    "an order changes hands": """
        update orders set customer_id = (select min(customer_id) from orders)
        where order_id = (select min(order_id) from orders where ordered_at < timestamp '2023-09-01')
    """,
    "a whole month goes": """
        delete from orders where ordered_at >= timestamp '2023-10-01' and ordered_at < timestamp '2023-11-01'
    """,
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("monthly")
    package = folder / "package"  # a copy, because a test changes its code
    shutil.copytree(ROOT / "dbt_project", package, ignore=shutil.ignore_patterns("target", "logs", "seeds"))
    made = foreign_shop(
        folder / "shop",
        models={
            f"my_{name}": f"select * from '{folder}/{name}.parquet'" for name in ("orders", "order_lines")
        },
        variables={"input_orders": "my_orders", "input_order_lines": "my_order_lines"}
        | {"as_of_date": "2024-09-01"},
        package={"local": str(package)},
    )
    connect(folder).close()
    return made


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Connect to the shop's own tables, at first those of the seeds."""
    connection = duckdb.connect(str(folder / "source.duckdb"))
    for name, columns in (
        ("orders", "order_id, customer_id, ordered_at, cast(null as timestamp) as loaded_at"),
        ("order_lines", "order_id, product_id"),
    ):
        connection.execute(
            f"create table if not exists {name} as select {columns} "
            f"from read_csv('{ROOT}/seeds/example_{name}.csv', nullstr = ['', 'unknown'])"
        )
    connection.execute(
        "delete from orders where ordered_at is null or customer_id is null or order_id in "
        "(select order_id from orders group by order_id having count(*) > 1)"
    )
    return connection


def build(shop: Shop, *words: str, change: str = "") -> dict[str, str]:
    folder = shop.folder.parent
    with connect(folder) as connection:
        connection.execute(change or "select 1")
        connection.execute(f"copy (from orders) to '{folder}/orders.parquet'")
        connection.execute(
            f"copy (from order_lines semi join orders using (order_id)) to '{folder}/order_lines.parquet'"
        )
    shop.build(*NODES, *words, max_rejected_share=0.5)
    tables = shop.tables(like="int_retention__%")
    return {f"int_retention__{name}": tables[f"int_retention__{name}"] for name in PAIRS}


def test_incremental_counts_equal_a_full_recount(shop: Shop) -> None:
    before = build(shop, "--full-refresh")
    kept = build(shop, change=";".join(CHANGES.values()))
    assert all(kept[name] != before[name] for name in before)
    assert kept == build(shop, "--full-refresh")


def test_orders_with_a_later_load_date_move_to_that_month(shop: Shop) -> None:
    """The baskets stay the same; only the months of some change."""
    before = build(shop)
    kept = build(
        shop,
        change="update orders set loaded_at = (select max(ordered_at) from orders) "
        "where ordered_at >= timestamp '2024-02-01' and ordered_at < timestamp '2024-02-15'",
    )
    assert kept["int_retention__item_pairs"] == before["int_retention__item_pairs"]
    assert kept == build(shop, "--full-refresh")


def test_pairs_of_a_basket_add_up_over_the_months(shop: Shop) -> None:
    build(shop)
    assert shop.query(
        """
        with pairs as (
            select
                least(one.item, two.item) as item, greatest(one.item, two.item) as other_item,
                count(*) as n
            from int_retention__baskets as one join int_retention__baskets as two
            on one.order_id = two.order_id and one.item_code < two.item_code group by all
        )
        select count(*) > 100, count(*) filter (where n is distinct from baskets)
        from pairs full join (
            select item, other_item, sum(baskets_count) as baskets
            from int_retention__monthly_pairs group by all
        ) using (item, other_item)
        """
    ) == [(True, 0)]


def test_unchanged_months_are_not_counted_again(shop: Shop) -> None:
    build(shop)
    with duckdb.connect(str(shop.warehouse)) as warehouse:
        warehouse.execute("update int_retention__monthly_pairs set baskets_count = -1")
    build(
        shop, change="delete from orders where order_id = (select max_by(order_id, ordered_at) from orders)"
    )
    counts = dict(
        shop.query("select known_month, min(baskets_count) from int_retention__monthly_pairs group by all")
    )
    assert counts.pop(max(counts)) > 0
    assert set(counts.values()) == {-1}


def test_changed_code_counts_everything_again(shop: Shop) -> None:
    build(shop)
    with duckdb.connect(str(shop.warehouse)) as warehouse:
        warehouse.execute("update int_retention__monthly_pairs set baskets_count = -1")
        warehouse.execute("update int_retention__customer_pairs set customers_count = -1")
    model = shop.folder.parent / "package" / "models" / "baskets" / "int_retention__monthly_pairs.sql"
    model.write_text(model.read_text() + "-- counted in another way\n")
    build(shop)
    assert shop.query(
        "select (select min(baskets_count) > 0 from int_retention__monthly_pairs), "
        "(select min(customers_count) > 0 from int_retention__customer_pairs)"
    ) == [(True, True)]


def test_new_and_late_orders_do_not_recount_earlier_months(shop: Shop) -> None:
    build(shop)
    with duckdb.connect(str(shop.warehouse)) as warehouse:
        warehouse.execute("update int_retention__customer_pairs set customers_count = -1")
    build(
        shop,
        change="""
        insert into orders
        select
            unnest(['newest', 'late']), min(customer_id),
            unnest([max(ordered_at), timestamp '2023-06-01']), unnest([null, max(ordered_at)])
        from orders;
        insert into order_lines select order_id, product_id
        from (values ('newest'), ('late')) as new_orders (order_id),
            (values ('never seen before'), ('nor this')) as products (product_id)
        """,
    )
    assert shop.query(
        "select is_newest_month, min(customers_count) > 0 from int_retention__customer_pairs "
        "group by all order by 1"
    ) == [(False, False), (True, True)]


def test_customers_of_a_pair_add_up_over_the_periods(shop: Shop) -> None:
    build(shop, "--full-refresh")
    assert shop.query(
        """
        with bought as (select distinct customer_id, item from int_retention__baskets),
        pairs as (
            select one.item, two.item as other_item, count(*) as n
            from bought as one join bought as two
            on one.customer_id = two.customer_id and one.item < two.item group by all
        )
        select count(*) > 100, count(*) filter (where n is distinct from customers)
        from pairs full join (
            select item, other_item, sum(customers_count) as customers
            from int_retention__customer_pairs group by all
        ) using (item, other_item)
        """
    ) == [(True, 0)]
