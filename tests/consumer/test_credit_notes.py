"""A shop with credit notes: returned goods are no spend, value or basket from the next day on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from conftest import Shop, foreign_shop, seed_orders

pytestmark = pytest.mark.whole_shop

NODES = ("+mart_early_warning", "+int_retention__customer_items", "+mart_retention_monthly")
# customer: orders (id, day, pieces of product 'tea', amount)
BOUGHT: dict[str, list[tuple[str, str, int, float]]] = {
    "whale": [("W1", "2024-05-10", 100, 168_470), ("W2", "2024-06-20", 1, 3)],
    "newest": [("N1", "2024-03-01", 4, 40), ("N2", "2024-06-01", 4, 60)],
    "between": [("B1", "2024-03-01", 4, 40), ("B2", "2024-06-01", 3, 30)],
    "named": [("D1", "2024-03-01", 2, 20), ("D2", "2024-06-01", 2, 20)],
    "unnamed": [("U1", "2024-06-01", 2, 20)],
    "amounts": [("A1", "2024-05-01", 1, 50), ("A2", "2024-06-01", 1, 30)],
    "too_many": [("T1", "2024-05-01", 4, 40), ("T2", "2024-06-20", 1, 500)],
    "line": [("L1", "2024-06-01", 4, 40)],
}
# customer, day, product, order, pieces, amount
CREDITED: list[tuple[str, str, str | None, str | None, int | None, float | None]] = [
    ("whale", "2024-05-12", "tea", None, 100, 168_479),
    ("newest", "2024-06-10", "tea", None, 5, None),
    ("between", "2024-03-05", "tea", None, 2, None),
    ("between", "2024-06-10", "tea", None, 4, None),
    ("named", "2024-06-10", "tea", "D1", 2, None),
    ("unnamed", "2024-05-20", "tea", None, 1, 7),
    ("amounts", "2024-06-10", None, None, None, 45),
    ("too_many", "2024-06-10", "coffee", None, 1, 60),
    ("too_many", "2024-06-10", "tea", "T1", 10, 100),
]


def values(rows: list[tuple[Any, ...]]) -> str:
    """Rows as SQL."""
    words = ("(" + ", ".join("null" if v is None else repr(v) for v in row) + ")" for row in rows)
    return "(values " + ", ".join(words) + ")"


@pytest.fixture(scope="module")
def credited(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    orders = values([(customer, *order) for customer, given in BOUGHT.items() for order in given])
    returns = values([(f"CN{number}", *note) for number, note in enumerate(CREDITED)])
    shop = foreign_shop(
        tmp_path_factory.mktemp("credited") / "shop",
        models={
            "my_orders": f"""
                {seed_orders()}
                union all by name
                select customer_id, order_id, cast(day || ' 10:00:00' as timestamp) as ordered_at,
                    'completed' as order_status, amount as order_amount
                from {orders} as given (customer_id, order_id, day, pieces, amount)
            """,
            "my_lines": f"""
                select order_id, 'tea' as product_id, 1 as line_number, pieces as quantity,
                    amount as net_amount,
                    case when customer_id = 'line' then 1 end as returned_quantity,
                    case when customer_id = 'line' then timestamp '2024-06-05 10:00:00' end as returned_at
                from {orders} as given (customer_id, order_id, day, pieces, amount)
                union all
                select 'W2' as order_id, 'cake' as product_id, 2, -1, -3, null, null
            """,
            "my_returns": f"""
                select return_id, customer_id, cast(day || ' 10:00:00' as timestamp) as returned_at,
                    product_id, order_id, returned_quantity, returned_amount
                from {returns} as given (
                    return_id, customer_id, day, product_id, order_id, returned_quantity, returned_amount
                )
            """,
        },
        variables={
            "input_orders": "my_orders",
            "input_order_lines": "my_lines",
            "input_returns": "my_returns",
            "basket_item": "product_id",
            "max_rejected_share": 0.2,
        },
    )
    shop.build("--select", *NODES)
    return shop


def amounts(shop: Shop, customer: str) -> dict[str, float]:
    """Net amount of each purchase on the latest as_of_date."""
    return dict(
        shop.query(
            "select order_id, purchase_amount from int_retention__purchases "
            f"where customer_id = '{customer}' and undone_from_date is null"
        )
    )


def unmatched(shop: Shop, customer: str) -> float:
    return float(
        shop.query(
            "select coalesce(sum(returned_amount), 0) from int_retention__returns "
            f"where customer_id = '{customer}' and order_id is null"
        )[0][0]
    )


def spend(shop: Shop, customer: str, column: str = "spend_sum_364d") -> float:
    [(found,)] = shop.query(
        f"select {column} from ml_features where customer_id = '{customer}' "
        "and as_of_date = (select as_of_date from int_retention__today)"
    )
    return float(found)


def test_a_customer_credited_more_than_bought_has_no_value_at_risk(credited: Shop) -> None:
    [(value, at_risk)] = credited.query(
        "select expected_value_12m, value_at_risk from mart_early_warning where customer_id = 'whale'"
    )
    assert 0 <= value < 0.01
    assert 0 <= at_risk < 0.01
    assert amounts(credited, "whale") == {"W2": 3}
    assert unmatched(credited, "whale") == 9
    assert spend(credited, "whale") == -6


def test_a_return_is_matched_to_the_newest_earlier_purchases_piece_by_piece(credited: Shop) -> None:
    assert amounts(credited, "newest") == {"N1": 30}
    assert spend(credited, "newest") == 30


def test_returned_pieces_are_not_returned_again(credited: Shop) -> None:
    assert amounts(credited, "between") == {"B1": 10}


def test_a_return_that_names_its_order_is_matched_to_it(credited: Shop) -> None:
    assert amounts(credited, "named") == {"D2": 20}


def test_a_return_before_the_purchase_lowers_spend_from_its_own_date(credited: Shop) -> None:
    assert amounts(credited, "unnamed") == {"U1": 20}
    assert unmatched(credited, "unnamed") == 7
    assert spend(credited, "unnamed", "spend_sum_84d") == 13
    assert spend(credited, "unnamed", "spend_sum_28d") == 0


def test_a_return_without_a_product_lowers_the_newest_purchases(credited: Shop) -> None:
    assert amounts(credited, "amounts") == {"A1": 35}


def test_returns_never_exceed_purchases(credited: Shop) -> None:
    assert amounts(credited, "too_many") == {"T2": 500}
    assert unmatched(credited, "too_many") == 120
    assert spend(credited, "too_many") == 380


def test_a_partly_returned_line_lowers_spend_by_its_share(credited: Shop) -> None:
    assert credited.query(
        "select known_from_date, undone_from_date, purchase_amount from int_retention__purchases "
        "where order_id = 'L1' order by version_number"
    ) == [(date(2024, 6, 2), date(2024, 6, 6), 40), (date(2024, 6, 6), None, 30)]
    assert spend(credited, "line") == 30


def test_on_every_date_at_most_one_version_of_a_purchase_counts(credited: Shop) -> None:
    [(most,)] = credited.query(
        """
        select max(versions) from (
            select count(*) as versions
            from int_retention__purchases as purchases
            inner join range(date '2024-03-01', date '2024-07-02', interval 1 day) as dates (as_of_date)
                on purchases.known_from_date <= as_of_date
                and coalesce(purchases.undone_from_date > as_of_date, true)
            group by order_id, as_of_date
        )
        """
    )
    assert most == 1


def test_orders_returned_whole_are_in_no_basket(credited: Shop) -> None:
    held = {order for (order,) in credited.query("select distinct order_id from int_retention__baskets")}
    assert held == {"W2", "N1", "B1", "D2", "U1", "A1", "T2", "L1"}


def test_a_negative_line_is_rejected_with_a_hint_to_returns(credited: Shop) -> None:
    assert credited.query("select row_key, rejection_rule from stg_retention__rejected_rows") == [
        ("W2 2", "quantity is negative: map credit notes to input_returns")
    ]
