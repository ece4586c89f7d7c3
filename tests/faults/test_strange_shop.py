"""A shop with much that is strange in its data builds; no customer, order or cent is lost between builds."""

from __future__ import annotations

import pytest
from conftest import Shop, foreign_shop
from fault_table import Record, lost, tried

pytestmark = pytest.mark.faults_long

INJECTION = "''; drop table stg_retention__orders; --"
# A customer with 20,000 orders, 300 with 10, and 5 with strange ids.
ORDERS = f"""
    select 'one' as customer_id, i as number from range(20000) t(i)
    union all select 'C' || i % 300, 20000 + i from range(3000) t(i)
    union all
    select unnest(['🛒👩‍👩‍👧', 'O''Brien "x" \\', '{INJECTION}', '客户١٢', repeat('x', 5000)]), 30000 + i
    from range(40) t(i)
"""
MODELS = {
    "my_orders": """
        select
            'O' || row_number() over (order by customer_id, number) as order_id,
            customer_id,
            timestamp '2023-01-01' + to_minutes(cast(number * 7919 % 500000 as integer)) as ordered_at,
            cast(number % 1000 / 100 as decimal(12, 2)) as order_amount,
            if(number % 2 = 0, 'web', '<script>alert(1)</script>') as channel
        from (@orders)
    """.replace("@orders", ORDERS),
    # Each order has one line; one order has 10,000.
    "my_order_lines": """
        select order_id, 'P' || hash(order_id) % 50 as product_id, 1 as line_number, 1 as quantity,
            order_amount as net_amount
        from {{ ref('my_orders') }} where order_id <> 'O1'
        union all
        select 'O1', 'P' || i, i + 1, 1, 0 from range(10000) t(i)
    """,
    "my_products": """
        select 'P' || i as product_id, '=cmd|''calc''!A0 🧀' || i as product_name,
            '{% raw %}{{ 1/0 }}{% endraw %}' as category
        from range(10000) t(i)
    """,
}  # fmt: skip
VARIABLES = {
    "input_orders": "my_orders",
    "input_order_lines": "my_order_lines",
    "input_products": "my_products",
}
SETTINGS = {"min_buyers": 100, "min_training_churners": 50, "churn_horizon_days": 28, "lookback_days": 112}
# What a shop does between two builds, each in the model my_orders.
CHANGES = {
    "as it was": "order_id, customer_id, ordered_at, order_amount, channel",
    "a column less, one more, in another order": "7 as till, order_amount, ordered_at, customer_id, order_id",
    "all columns as text": "order_id, customer_id, ordered_at::varchar as ordered_at, "
    "order_amount::varchar as order_amount, channel",
    "the amount as a double, the time with a zone": "order_id, customer_id, "
    "ordered_at at time zone 'UTC' as ordered_at, order_amount::double as order_amount",
}  # fmt: skip
GIVEN = (
    "select count(distinct customer_id), count(*), sum(order_amount::decimal(12, 2))::varchar from my_orders"
)
KEPT = (
    "select count(distinct customer_id), count(*), cast(sum(purchase_amount::decimal(12, 2)) as varchar) "
    "from int_retention__purchases"
)
SELECTED = "+int_retention__purchases"


def write_orders(shop: Shop, columns: str) -> None:
    (shop.folder / "models" / "my_orders.sql").write_text(f"select {columns} from ({MODELS['my_orders']})")


def difference(shop: Shop) -> tuple[int, str]:
    """How many customers and orders are missing, and both totals."""
    [given], [kept] = shop.query(GIVEN), shop.query(KEPT)
    return abs(given[0] - kept[0]) + abs(given[1] - kept[1]), f"{kept[2]} of {given[2]}"


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = foreign_shop(
        tmp_path_factory.mktemp("strange") / "shop", models=MODELS, variables=VARIABLES | SETTINGS
    )
    shop.build()
    return shop


def test_a_strange_shop_builds_and_loses_nothing(strange: Shop, record_property: Record) -> None:
    missing, totals = difference(strange)
    lost(record_property, "rows lost", missing)
    [(customers,)] = strange.query("select count(distinct customer_id) from my_orders")
    [(listed,)] = strange.query("select count(distinct customer_id) from mart_customer_orders")
    [(largest,)] = strange.query(
        "select max(lines) from "
        "(select count(*) as lines from int_retention__purchase_lines group by order_id)"
    )
    [(outside, scored)] = strange.query(
        "select count(*) filter (where not churn_probability between 0 and 1), count(*) "
        "from mart_early_warning"
    )
    tried(
        record_property,
        "a basket of 10,000 items, a customer with 20,000 orders, strange ids",
        expected="all customers, orders and cents",
        got=f"{listed} of {customers} customers, amounts {totals}, {outside} of {scored} out of 0 to 1",
    )
    assert missing == 0
    assert listed == customers == 306
    assert largest == 10_000
    assert totals.split(" of ")[0] == totals.split(" of ")[1]
    assert outside == 0
    assert scored > 100


@pytest.mark.parametrize("change", CHANGES)
def test_a_shop_that_changes_its_columns_loses_nothing(
    change: str, strange: Shop, record_property: Record
) -> None:
    write_orders(strange, CHANGES[change])
    strange.build("--select", SELECTED)
    missing, totals = difference(strange)
    lost(record_property, "rows lost", missing)
    tried(record_property, f"between builds: {change}", expected="no row or cent lost", got=totals)
    assert missing == 0
    assert totals.split(" of ")[0] == totals.split(" of ")[1]


def test_a_required_column_that_was_renamed_is_named(strange: Shop, record_property: Record) -> None:
    before = strange.query(KEPT)
    write_orders(strange, "order_id, customer_id as client, ordered_at, order_amount")
    done = strange.dbt("build", "--select", SELECTED)
    write_orders(strange, CHANGES["as it was"])
    words = "input_orders (my_orders) has no column customer_id; it has order_id, client"
    said = next((line for line in done.stdout.splitlines() if "has no column" in line), "nothing")
    tried(record_property, "between builds: a required column renamed", expected=words, got=said.strip())
    assert done.returncode != 0
    assert words in done.stdout
    assert strange.query(KEPT) == before
