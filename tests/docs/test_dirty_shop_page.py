"""The examples of docs/dirty-shop.md work as the page says, on dirty tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from conftest import ROOT

RAW = """
create schema raw;
create table raw.orders as from (values
    ('1', 'A1', 'Ann@Example.com', timestamp '2024-05-01 10:00', 'paid', 30.0, 'EUR'),
    ('2', null, ' ann@example.com ', timestamp '2024-05-02 10:00', 'paid', 10.0, 'USD'),
    ('3', null, 'guest@example.com', timestamp '2024-05-03 10:00', 'paid', 20.0, 'EUR'),
    ('4', null, 'Guest@example.com', timestamp '2024-05-04 10:00', 'paid', 20.0, 'EUR'),
    ('5', null, ' ', timestamp '2024-05-05 10:00', 'paid', 20.0, 'EUR'),
    ('6', 'A1', null, timestamp '2024-05-06 10:00', 'paid', 50.0, 'USD'),
    ('7', 'B2', null, timestamp '2024-05-07 10:00', 'paid', 50.0, 'USD')
) as orders(id, account_id, email, created_at, state, total, currency);
create table raw.order_lines as from (values
    ('1', 1, 'MUG', 'Mug', 2, 25.0), ('1', 2, 'POSTAGE', 'Postage', 1, 5.0),
    ('6', 1, 'GIFTCARD', 'Gift card 50', 1, 50.0),
    ('7', 1, 'MUG', 'Mug', 4, 48.0), ('7', 2, 'X9', 'Small order handling fee', 1, 2.0),
    ('7', 3, ' ', 'Mug with a lost label', 1, 12.0), ('7', 4, null, 'damaged', 1, 0.0),
    ('7', 5, 'MUG', 'back', -1, -12.0)
) as order_lines(order_id, line_number, sku, name, quantity, net_amount);
create table raw.invoice_lines as from (values
    ('C9', 1, 'B2', timestamp '2024-06-01 09:00', 'MUG', -3, 12.0),
    ('I8', 1, 'B2', timestamp '2024-05-07 10:00', 'MUG', 4, 12.0)
) as invoice_lines(invoice, line_number, account_id, invoiced_at, sku, quantity, unit_price);
create table raw.accounts as from (values
    ('A1', 'Ann@Example.com', true), ('B2', 'bob@example.com', null), ('C3', 'cas@example.com', false)
) as accounts(id, email, accepts_ads);
create table raw.newsletter as from (values
    ('ann@example.com', timestamp '2024-01-01', true), ('ann@example.com ', timestamp '2024-02-01', false),
    ('bob@example.com', timestamp '2024-01-01', true)
) as newsletter(email, answered_at, has_agreed);
create table raw.exchange_rates as from (values
    ('USD', date '2024-05-06', 0.93), ('USD', date '2024-05-08', 0.95)
) as exchange_rates(currency, day, to_eur);
"""


def models() -> Iterator[tuple[str, str]]:
    """Name and SQL of each model of the page, in its order."""
    page = (ROOT / "docs/dirty-shop.md").read_text()
    for name, code in re.findall(r"^    -- models/(\w+)\.sql\n((?:    .*\n|\n)+)", page, re.MULTILINE):
        sql = re.sub(r"{{ source\('(\w+)', '(\w+)'\) }}", r"\1.\2", code)
        yield name, re.sub(r"{{ ref\('(\w+)'\) }}", r"\1", sql)


@pytest.fixture(scope="module")
def shop() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(RAW)
    for name, sql in models():
        connection.execute(f"create view {name} as {sql}")
    return connection


def rows(shop: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return shop.execute(query).fetchall()


def test_a_guest_joins_the_account_of_its_address_or_is_one_customer(shop: duckdb.DuckDBPyConnection) -> None:
    customers = dict(rows(shop, "select order_id, customer_id from orders_with_guests"))
    assert customers["1"] == customers["2"] == customers["6"] == "A1"
    assert customers["3"] == customers["4"]
    assert customers["3"].startswith("guest-")
    assert "5" not in customers


def test_postage_fees_and_gift_cards_are_excluded(shop: duckdb.DuckDBPyConnection) -> None:
    found = rows(shop, "select order_id, line_number from goods_lines where quantity > 0 order by all")
    assert ("1", 2) not in found
    assert ("6", 1) not in found
    assert ("7", 2) not in found
    amounts = dict(rows(shop, "select order_id, order_amount from orders_of_goods"))
    assert amounts["1"] == 25
    assert "6" not in amounts  # only a gift card


def test_a_sale_without_a_product_code_keeps_its_line(shop: duckdb.DuckDBPyConnection) -> None:
    found = rows(shop, "select line_number, product_id from lines_with_codes where order_id = '7' order by 1")
    assert found == [(1, "MUG"), (2, "X9"), (3, "unknown")]


def test_a_credit_note_is_a_return(shop: duckdb.DuckDBPyConnection) -> None:
    assert rows(shop, "from credit_notes") == [
        ("C9-1", "B2", datetime(2024, 6, 1, 9), "MUG", 3, Decimal("36.0"))
    ]


def test_the_latest_consent_counts(shop: duckdb.DuckDBPyConnection) -> None:
    found = rows(
        shop, "select customer_id, email_consent, ads_consent from customers_with_consents order by 1"
    )
    assert found == [("A1", False, True), ("B2", True, False), ("C3", False, False)]


def test_amounts_are_converted_at_the_rate_of_their_date(shop: duckdb.DuckDBPyConnection) -> None:
    found = dict(rows(shop, "select order_id, order_amount from orders_in_one_currency"))
    assert {order: amount and float(amount) for order, amount in found.items()} == {
        "1": 30.0,
        "6": 46.5,
        "7": None,
    }


def test_every_model_of_the_page_gives_columns_of_the_contract() -> None:
    contract = (ROOT / "docs/inputs.md").read_text()
    with duckdb.connect() as connection:
        connection.execute(RAW)
        for name, sql in models():
            connection.execute(f"create view {name} as {sql}")
            for column, *_ in connection.execute(f"describe {name}").fetchall():
                assert re.search(rf"\b{column}\b", contract), (name, column)
