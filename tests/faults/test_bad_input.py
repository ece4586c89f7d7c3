"""Every bad row of every input is accepted, or rejected with its reason; none is lost."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

import duckdb
import pytest
from fault_table import Record, lost, tried
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rendered import sql_of_checked

INJECTION = "'; drop table stg_retention__orders; --"
JINJA = "{{ 1/0 }}{% raise %}"
LONG = "x" * 10_000
OK = "accepted"
TIME, NUMBER = "is not a timestamp", "is not a number"

# Per input: its key, a valid row, and the cases (what is tried, the values that differ, what is expected).
INPUTS: dict[str, tuple[str, dict[str, str], list[tuple[str, dict[str, str | None], str]]]] = {
    "orders": (
        "order_id",
        {
            "customer_id": "C1", "ordered_at": "2024-05-05 10:00:00", "order_status": "paid",
            "channel": "web",
            "order_amount": "10.00", "discount_amount": "0", "loaded_at": "2024-05-06 01:00:00",
        },
        [
            ("a time in words", {"ordered_at": "last week"}, f"ordered_at {TIME}"),
            ("30 February", {"ordered_at": "2024-02-30"}, f"ordered_at {TIME}"),
            ("month first", {"ordered_at": "05/25/2024"}, f"ordered_at {TIME}"),
            ("zeros as a date", {"ordered_at": "0000-00-00 00:00:00"}, f"ordered_at {TIME}"),
            ("no time", {"ordered_at": None}, "ordered_at is missing"),
            ("a blank time", {"ordered_at": "  "}, "ordered_at is missing"),
            ("before the shop", {"ordered_at": "1950-01-01"}, "before earliest_event_date"),
            ("before 1900", {"ordered_at": "1850-01-01"}, "is not between 1900 and 9999"),
            ("in the far future", {"ordered_at": "2999-01-01"}, "is in the future"),
            ("an hour that daylight saving skips", {"ordered_at": "2024-03-31 02:30:00"}, OK),
            ("an hour that comes twice", {"ordered_at": "2024-10-27 02:30:00"}, OK),
            ("a zone", {"ordered_at": "2024-05-05T10:00:00+05:30"}, OK),
            ("UTC as Z", {"ordered_at": "2024-05-05T10:00:00Z"}, OK),
            ("29 February", {"ordered_at": "2024-02-29"}, OK),
            ("a negative amount", {"order_amount": "-5"}, "order_amount is negative"),
            ("a huge amount", {"order_amount": "1e13"}, "order_amount exceeds 1e12"),
            ("an infinite amount", {"order_amount": "inf"}, "order_amount"),
            ("an amount that is NaN", {"order_amount": "NaN"}, "order_amount"),
            ("an amount in words", {"order_amount": "ten"}, f"order_amount {NUMBER}"),
            ("an amount with a currency", {"order_amount": "€ 10"}, f"order_amount {NUMBER}"),
            ("a decimal comma", {"order_amount": "12,50"}, f"order_amount {NUMBER}"),
            ("no amount", {"order_amount": None}, OK),
            ("nothing paid", {"order_amount": "0"}, OK),
            ("a discount in words", {"discount_amount": "half"}, f"discount_amount {NUMBER}"),
            ("a load time in words", {"loaded_at": "soon"}, f"loaded_at {TIME}"),
            ("no customer", {"customer_id": None}, "customer_id is missing"),
            ("a blank customer", {"customer_id": " \t"}, "customer_id is missing"),
            ("no order_id", {"order_id": None}, "order_id is missing"),
            ("SQL as customer", {"customer_id": INJECTION}, OK),
            ("SQL as order_id", {"order_id": INJECTION}, OK),
            ("Jinja as status", {"order_status": JINJA}, OK),
            ("HTML as channel", {"channel": "<script>alert(1)</script>"}, OK),
            ("an emoji as customer", {"customer_id": "🛒👩‍👩‍👧"}, OK),
            ("Chinese and Arabic", {"customer_id": "客户١٢"}, OK),
            ("10,000 characters", {"customer_id": LONG}, OK),
            ("quotes and backslashes", {"customer_id": "O'Brien \\ \"x\""}, OK),
            ("a formula", {"channel": "=cmd|' /C calc'!A0"}, OK),
        ],
    ),
    "order_lines": (
        "order_id",
        {"order_id": "good", "product_id": "P1", "line_number": "1", "quantity": "1", "net_amount": "1.00"},
        [
            ("a quantity in words", {"quantity": "two"}, f"quantity {NUMBER}"),
            ("a negative quantity", {"quantity": "-1"}, "quantity is negative"),
            ("a huge amount", {"net_amount": "1e13"}, "net_amount exceeds 1e12"),
            ("no product", {"product_id": None}, "product_id is missing"),
            ("an order that does not exist", {"order_id": "nowhere"}, "order_id is not in input_orders"),
            ("SQL as product", {"product_id": INJECTION}, OK),
        ],
    ),
    "customers": (
        "customer_id",
        {
            "signed_up_at": "2024-01-01", "birth_year": "1980", "gender": "f", "city": "Oslo",
            "email": "a@b.example",
        },
        [
            ("no customer_id", {"customer_id": None}, "customer_id is missing"),
            ("a year in words", {"birth_year": "old"}, "birth_year is not a whole number"),
            ("a sign-up in words", {"signed_up_at": "once"}, f"signed_up_at {TIME}"),
            ("SQL as city", {"city": INJECTION}, OK),
            ("no address", {"email": "none"}, OK),
            ("an emoji as gender", {"gender": "🦄"}, OK),
        ],
    ),
    "products": (
        "product_id",
        {"product_name": "Milk", "category": "Dairy", "unit_cost": "1.0", "stock_on_hand": "5"},
        [
            ("no product_id", {"product_id": None}, "product_id is missing"),
            ("a cost in words", {"unit_cost": "cheap"}, f"unit_cost {NUMBER}"),
            ("a stock in words", {"stock_on_hand": "many"}, f"stock_on_hand {NUMBER}"),
            ("SQL as name", {"product_name": INJECTION}, OK),
            ("10,000 characters", {"product_name": LONG}, OK),
        ],
    ),
    "sessions": (
        "session_id",
        {"customer_id": "C1", "started_at": "2024-05-05 10:00:00", "duration_seconds": "60"},
        [
            ("no customer", {"customer_id": None}, "customer_id is missing"),
            ("a start in words", {"started_at": "noon"}, f"started_at {TIME}"),
            ("a start in the future", {"started_at": "2999-01-01"}, "is in the future"),
            ("a duration in words", {"duration_seconds": "long"}, f"duration_seconds {NUMBER}"),
        ],
    ),
    "reviews": (
        "review_id",
        {"customer_id": "C1", "reviewed_at": "2024-05-05", "rating": "5", "review_text": "good"},
        [
            ("a rating in words", {"rating": "five"}, f"rating {NUMBER}"),
            ("a time in words", {"reviewed_at": "noon"}, f"reviewed_at {TIME}"),
            ("SQL as text", {"review_text": INJECTION}, OK),
            ("an emoji as text", {"review_text": "👍🏽"}, OK),
            ("10,000 characters", {"review_text": LONG}, OK),
        ],
    ),
    "service_tickets": (
        "ticket_id",
        {"customer_id": "C1", "opened_at": "2024-05-05", "ticket_type": "complaint"},
        [
            ("no customer", {"customer_id": None}, "customer_id is missing"),
            ("a time in words", {"opened_at": "noon"}, f"opened_at {TIME}"),
            ("SQL as type", {"ticket_type": INJECTION}, OK),
        ],
    ),
}  # fmt: skip


ERASED = "create table stg_retention__erased_customers (salt varchar, customer_hash varchar)"
Shop = duckdb.DuckDBPyConnection
MARKS = {"order_lines": "line_number"}  # the column that tells the cases apart, where it is not the key


def text(value: str | None) -> str:
    return "cast(null as varchar)" if value is None else "'" + value.replace("'", "''") + "'"


def rows_of(name: str) -> list[dict[str, str | None]]:
    """A valid row, in orders also one twice, and a row for each case."""
    key, valid, cases = INPUTS[name]
    mark = MARKS.get(name, key)
    good: dict[str, str | None] = {key: "good"} | valid
    rows = [good]
    if name == "orders":
        rows += [{**good, key: "twice"}, {**good, key: "twice"}]
    return rows + [{**good, mark: f"{at + 100}", **values} for at, (_, values, _) in enumerate(cases)]


@pytest.fixture(scope="module")
def checked() -> Shop:
    """The tables my_<input> with all cases, and what staging makes of them."""
    connection = duckdb.connect()
    connection.execute(ERASED)
    for name in INPUTS:
        rows = rows_of(name)
        lines = ", ".join("(" + ", ".join(text(value) for value in row.values()) + ")" for row in rows)
        columns = ", ".join(rows[0])
        connection.execute(f"create table my_{name} as from (values {lines}) as t ({columns})")
        sql = sql_of_checked(connection, name)
        connection.execute(f"create table stg_retention__checked_{name} as {sql}")
    return connection


@pytest.mark.parametrize("name", INPUTS)
def test_every_bad_row_has_its_reason_and_none_is_lost(
    name: str, checked: Shop, record_property: Record
) -> None:
    key, _, cases = INPUTS[name]
    mark = MARKS.get(name, key)
    table = f"stg_retention__checked_{name}"
    [(given, kept)] = checked.sql(
        f"select (select count(*) from my_{name}), count(*) from {table}"
    ).fetchall()
    lost(record_property, "rows lost", given - kept)
    assert given == kept
    for at, (case, values, expected) in enumerate(cases):
        wanted = values.get(mark, f"{at + 100}")
        found = checked.execute(
            f"select coalesce(rejection_rule, '{OK}') from {table} "
            f"where cast({mark} as varchar) is not distinct from $1",
            [wanted],
        ).fetchall()
        got = ", ".join(rule for (rule,) in found)
        tried(record_property, f"input {name}: {case}", expected=expected, got=got)
        assert re.search(expected, got), (case, got)
    assert checked.sql(f"select count(*) from {table} where rejection_rule is null").fetchall() >= [(1,)]


def test_at_least_sixty_cases_are_tried() -> None:
    assert sum(len(cases) for _, _, cases in INPUTS.values()) >= 60


def test_of_an_order_that_comes_twice_one_is_kept(checked: Shop, record_property: Record) -> None:
    found = checked.sql(
        "select rejection_rule from stg_retention__checked_orders where order_id = 'twice' order by all"
    ).fetchall()
    tried(record_property, "input orders: the same order twice", expected="one kept", got=str(found))
    assert found == [("duplicate order_id",), (None,)]


SHAPES = {
    "zero rows": (
        "select 'O1' as order_id, 'C1' as customer_id, '2024-05-05' as ordered_at where false",
        0,
        0,
    ),
    "required columns alone": (
        "select 'O1' as order_id, 'C1' as customer_id, date '2024-05-05' as ordered_at",
        1,
        1,
    ),
    "numbers as ids, and more columns": (
        "select 1.0 as order_id, 17 as customer_id, timestamptz '2024-05-05 10:00:00+02' as ordered_at, "
        "[1, 2] as basket, 5 as order_amount",
        1,
        1,
    ),
    "one customer with a million orders": (
        "select i as order_id, 'C1' as customer_id, timestamp '2020-01-01' + to_minutes(i) as ordered_at, "
        "0.01 as order_amount from range(1000000) t(i)",
        1_000_000,
        1_000_000,
    ),
    "10,000 times the same order": (
        "select 'O1' as order_id, 'C1' as customer_id, '2024-05-05' as ordered_at from range(10000)",
        10_000,
        1,
    ),
    "no readable row": (
        "select null as order_id, null as customer_id, 'x' as ordered_at from range(1000)",
        1000,
        0,
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shops_of_any_shape_are_read(shape: str, record_property: Record) -> None:
    query, given, accepted = SHAPES[shape]
    with duckdb.connect() as connection:
        connection.execute(
            "create table stg_retention__erased_customers (salt varchar, customer_hash varchar)"
        )
        connection.execute(f"create table my_orders as {query}")
        sql = sql_of_checked(connection, "orders")
        found = connection.sql(
            f"select count(*), count(*) filter (where rejection_rule is null) from ({sql})"
        ).fetchall()
    expected = f"{accepted:,} of {given:,}"
    tried(record_property, f"input orders: {shape}", expected=expected, got=str(found))
    lost(record_property, "rows lost", given - found[0][0])
    assert found == [(given, accepted)]


VALUES = {
    "order_id": st.sampled_from(["O1", "O2", " O3 ", "O4", "", INJECTION, "1.0"]) | st.none(),
    "customer_id": st.sampled_from(["C1", "C2", " ", INJECTION]) | st.none() | st.text(max_size=5),
    "ordered_at": st.sampled_from(["2024-05-05", "2024-05-05T10:00:00Z", "2999-01-01", "1800-01-01", "x"])
    | st.datetimes(
        min_value=datetime(1900, 1, 1), max_value=datetime(2030, 1, 1)
    ).map(str),
    "order_amount": st.sampled_from(["-1", "1e13", "NaN", "inf", "x"]) | st.none()
    | st.decimals(0, 1000, places=2).map(str),
    "loaded_at": st.sampled_from(["2024-05-06", "soon"]) | st.none(),
}  # fmt: skip


@pytest.fixture(scope="module")
def generated() -> tuple[Shop, str]:
    connection = duckdb.connect()
    connection.execute(ERASED)
    connection.execute(f"create table my_orders ({', '.join(f'{name} varchar' for name in VALUES)})")
    return connection, sql_of_checked(connection, "orders")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(st.lists(st.fixed_dictionaries(VALUES), max_size=12))
def test_generated_shops_lose_no_row_and_no_cent(
    generated: tuple[Shop, str], rows: list[dict[str, str | None]]
) -> None:
    connection, sql = generated
    connection.execute("delete from my_orders")
    marks = ", ".join("?" * len(VALUES))
    for row in rows:
        clean = [value.replace("\0", "") if value else value for value in (row[name] for name in VALUES)]
        connection.execute(f"insert into my_orders values ({marks})", clean)
    found = connection.sql(
        "select order_id, customer_id, ordered_at, cast(order_amount as decimal(18, 2)), rejection_rule "
        f"from ({sql})"
    ).fetchall()
    assert len(found) == len(rows)
    accepted = [row for row in found if row[-1] is None]
    assert all(None not in row[:3] for row in accepted)
    assert len({row[0] for row in accepted}) == len(accepted), "no key twice"
    assert all(row[3] is None or 0 <= row[3] <= 10**12 for row in accepted)
    given = [Decimal(amount) for row in rows if (amount := row["order_amount"]) and amount[:1].isdigit()]
    readable = sum(amount for amount in given if amount < 10**12)
    rejected = sum(
        row[3] for row in found if row[-1] is not None and row[3] is not None and 0 <= row[3] < 10**12
    )
    assert sum(row[3] or 0 for row in accepted) + rejected == readable
