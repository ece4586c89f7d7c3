"""Every bad row of every input is accepted, or rejected with its reason; none is lost."""

from __future__ import annotations

import re
from collections import Counter

import duckdb
import pytest
from conftest import Shop, foreign_shop
from fault_table import Record, lost, tried

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
            ("before the shop", {"ordered_at": "1850-01-01"}, "before earliest_event_date"),
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
            ("a year in words", {"birth_year": "old"}, f"birth_year {NUMBER}"),
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


def select_of(name: str) -> str:
    """The rows of an input as SQL, all columns as texts."""
    key, valid, cases = INPUTS[name]
    good = {key: "good"} | valid
    rows: list[dict[str, str | None]] = [good]
    if name == "orders":  # a shop to be in, and the same order twice
        rows += [{**good, key: f"O{at}", "customer_id": f"C{at % 40}"} for at in range(2000)]
        rows += [{**good, key: "twice"}, {**good, key: "twice"}]
    for at, (_, values, _) in enumerate(cases):
        marked = {"product_id": f"bad{at}"} if name == "order_lines" else {key: f"bad{at}"}
        rows.append({**good, **marked, **values})

    def text(value: str | None) -> str:
        return "cast(null as varchar)" if value is None else "'" + value.replace("'", "''") + "'"

    lines = ["(" + ", ".join(text(row[column]) for column in good) + ")" for row in rows]
    return f"select * from (values {', '.join(lines)}) as t ({', '.join(good)})"


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop of all cases, built up to staging, from Parquet files."""
    folder = tmp_path_factory.mktemp("bad")
    for name in INPUTS:
        duckdb.sql(select_of(name)).write_parquet(str(folder / f"{name}.parquet"))
    shop = foreign_shop(
        folder / "shop",
        models={f"my_{name}": f"select * from '{folder}/{name}.parquet'" for name in INPUTS},
        variables={f"input_{name}": f"my_{name}" for name in INPUTS} | {"max_rejected_share": 1},
    )
    shop.build("--select", "+stg_retention__rejected_rows", *(f"+stg_retention__{name}" for name in INPUTS))
    return shop


@pytest.mark.whole_shop
@pytest.mark.faults_long
@pytest.mark.parametrize("name", INPUTS)
def test_every_bad_row_has_its_reason_and_none_is_lost(
    name: str, staged: Shop, record_property: Record
) -> None:
    _, _, cases = INPUTS[name]
    checked = f"stg_retention__checked_{name}"
    given = staged.query(f"select count(*) from my_{name}")[0][0]
    accepted = staged.query(f"select count(*) from stg_retention__{name}")[0][0]
    rules = Counter(
        rule
        for (rule,) in staged.query(
            f"select rejection_rule from stg_retention__rejected_rows where input_name = '{name}'"
        )
    )
    lost(record_property, "rows lost", given - accepted - rules.total())
    assert given == accepted + rules.total()
    wanted: Counter[str] = Counter()
    for case, _, expected in cases:
        found = [rule for rule in rules if expected != OK and re.search(expected, rule)]
        wanted[expected] += 1
        got = OK if expected == OK else (found or ["not rejected"])[0]
        tried(record_property, f"input {name}: {case}", expected=expected, got=got)
        assert expected == OK or found, (case, rules)
    for expected, count in wanted.items():
        if expected != OK:
            assert sum(n for rule, n in rules.items() if re.search(expected, rule)) >= count, expected
    unexpected = {rule for rule in rules if not any(re.search(one, rule) for one in wanted if one != OK)}
    assert unexpected <= {"duplicate order_id"}
    assert staged.query(f"select count(*) from {checked}") == [(given,)]


@pytest.mark.whole_shop
@pytest.mark.faults_long
def test_amounts_reconcile_with_the_input_to_the_cent(staged: Shop, record_property: Record) -> None:
    [(given, accepted)] = staged.query(
        """
        select
            (select sum(try_cast(order_amount as decimal(18, 2))) from (
                select distinct * from my_orders
                where trim(order_id) in (select order_id from stg_retention__orders)
            )),
            (select sum(cast(order_amount as decimal(18, 2))) from stg_retention__orders)
        """
    )
    tried(record_property, "input orders: amounts", expected=str(given), got=str(accepted))
    assert given == accepted
