"""A shop of twins: customers with the same data known on DAY, and different data later.

Each `hidden` customer differs from `base` by one thing that was not known on DAY: its features must be
the same, to the last bit. Each `seen` customer differs by one thing that was just known: its features
must differ.
Further customers test the bounds of eligibility and of the churn label.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conftest import ROOT

DAY = "2024-03-01"
VARIABLES: dict[str, Any] = {
    "as_of_date": "2024-05-01",
    "test_date": DAY,
    "earliest_training_date": "2023-12-15",
    "snapshot_count": 1,
    "churn_horizon_days": 60,
    "lookback_days": 180,
}
Query = Callable[[str], list[tuple[Any, ...]]]


@dataclass
class Customer:
    """Events of one customer, by input; missing columns are empty."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    service_tickets: list[dict[str, Any]] = field(default_factory=list)
    campaign_contacts: list[dict[str, Any]] = field(default_factory=list)
    coupon_redemptions: list[dict[str, Any]] = field(default_factory=list)
    returns: list[dict[str, Any]] = field(default_factory=list)

    def plus(self, **events: dict[str, Any]) -> Customer:
        """With one more event of an input: orders={...}."""
        return Customer(
            **{
                name: [*getattr(self, name), *([events[name]] if name in events else [])]
                for name in self.__dataclass_fields__
            }
        )

    def but(self, **changes: dict[str, Any]) -> Customer:
        """With the last event of an input changed: service_tickets={'closed_at': ...}."""
        return Customer(
            **{
                name: [*rows[:-1], rows[-1] | changes[name]] if name in changes else rows
                for name, rows in ((name, getattr(self, name)) for name in self.__dataclass_fields__)
            }
        )


def order(ordered_at: str, *, loaded_at: str | None = None, **more: Any) -> dict[str, Any]:
    return {"ordered_at": ordered_at, "loaded_at": loaded_at or ordered_at, **more}


BASE = Customer(
    orders=[order(f"{day} 12:00:00") for day in ("2023-06-10", "2023-11-20", "2024-01-15", "2024-02-10")],
    sessions=[{"started_at": "2024-02-09 18:00:00", "loaded_at": "2024-02-09 19:00:00"}],
    reviews=[{"reviewed_at": "2024-02-14 18:00:00", "loaded_at": "2024-02-14 19:00:00", "rating": 4}],
    service_tickets=[{"opened_at": "2024-02-20 09:00:00", "loaded_at": "2024-02-20 09:00:00"}],
    campaign_contacts=[{"assigned_at": "2024-02-25 00:00:00", "contacted_at": "2024-02-25 08:00:00"}],
    coupon_redemptions=[{"redeemed_at": "2024-02-10 12:00:00"}],
)
MIDNIGHT, LATE = f"{DAY} 00:00:00", f"{DAY} 00:00:01"

HIDDEN = {
    "order_on_the_day": BASE.plus(orders=order(MIDNIGHT)),
    "order_next_week": BASE.plus(orders=order("2024-03-08 12:00:00")),
    "order_loaded_late": BASE.plus(orders=order("2024-02-25 12:00:00", loaded_at=LATE)),
    "order_loaded_next_week": BASE.plus(orders=order("2024-02-25 12:00:00", loaded_at="2024-03-08 00:00:00")),
    "returned_on_the_day": BASE.but(orders={"returned_at": f"{DAY} 10:00:00"}),
    "session_on_the_day": BASE.plus(sessions={"started_at": MIDNIGHT, "loaded_at": MIDNIGHT}),
    "session_loaded_late": BASE.plus(sessions={"started_at": "2024-02-28 09:00:00", "loaded_at": LATE}),
    "review_on_the_day": BASE.plus(reviews={"reviewed_at": MIDNIGHT, "loaded_at": MIDNIGHT, "rating": 1}),
    "review_loaded_late": BASE.plus(
        reviews={"reviewed_at": "2024-02-28 09:00:00", "loaded_at": LATE, "rating": 1}
    ),
    "ticket_on_the_day": BASE.plus(service_tickets={"opened_at": MIDNIGHT, "loaded_at": MIDNIGHT}),
    "ticket_loaded_late": BASE.plus(service_tickets={"opened_at": "2024-02-28 09:00:00", "loaded_at": LATE}),
    "ticket_closed_on_the_day": BASE.but(service_tickets={"closed_at": MIDNIGHT, "satisfaction": 1}),
    "contact_on_the_day": BASE.plus(campaign_contacts={"assigned_at": MIDNIGHT}),
    "contact_opened_on_the_day": BASE.but(campaign_contacts={"opened_at": MIDNIGHT, "clicked_at": MIDNIGHT}),
    "coupon_on_the_day": BASE.plus(coupon_redemptions={"redeemed_at": MIDNIGHT}),
    "credited_on_the_day": BASE.plus(returns={"returned_at": MIDNIGHT, "product_id": "P1"}),
    "credit_loaded_late": BASE.plus(
        returns={"returned_at": "2024-02-28 09:00:00", "loaded_at": LATE, "product_id": "P1"}
    ),
    "amount_credited_on_the_day": BASE.plus(returns={"returned_at": MIDNIGHT, "returned_amount": 20}),
}
SEEN = {
    "order_the_day_before": BASE.plus(orders=order("2024-02-29 23:59:59", loaded_at=MIDNIGHT)),
    "returned_the_day_before": BASE.but(orders={"returned_at": "2024-02-29 23:59:59"}),
    "credited_the_day_before": BASE.plus(
        returns={
            "returned_at": "2024-02-29 23:59:59",
            "loaded_at": MIDNIGHT,
            "product_id": "P1",
            "returned_quantity": 2,
        }
    ),
}
# Who is eligible on DAY, with a look-back of 180 days: from 2023-09-03.
ELIGIBLE = {
    "bought_180_days_before": (Customer(orders=[order("2023-09-03 00:00:00")]), True),
    "bought_181_days_before": (Customer(orders=[order("2023-09-02 23:59:59")]), False),
    "bought_on_the_day_only": (Customer(orders=[order(MIDNIGHT)]), False),
    "bought_before_loaded_after": (
        Customer(orders=[order("2024-02-25 12:00:00", loaded_at="2024-03-02 00:00:00")]),
        False,
    ),
}
# Who is churned on DAY, with a horizon of 60 days: no purchase until 2024-04-29.
CHURNED = {
    "base": (BASE, True),
    "order_on_the_day": (HIDDEN["order_on_the_day"], False),
    "order_on_the_last_day": (BASE.plus(orders=order("2024-04-29 23:59:59")), False),
    "order_after_the_last_day": (BASE.plus(orders=order("2024-04-30 00:00:00")), True),
    "order_sent_back_whole": (
        BASE.plus(orders=order("2024-03-11 12:00:00", returned_at="2024-03-13 12:00:00")),
        True,
    ),
    "order_credited_whole": (
        BASE.plus(
            orders=order("2024-03-11 12:00:00"),
            returns={"returned_at": "2024-03-13 12:00:00", "product_id": "P1", "returned_quantity": 2},
        ),
        True,
    ),
    "order_cancelled": (BASE.plus(orders=order("2024-03-11 12:00:00", order_status="cancelled")), True),
}
CUSTOMERS = (
    {"base": BASE} | HIDDEN | SEEN | {name: customer for name, (customer, _) in (ELIGIBLE | CHURNED).items()}
)


def write_probes(package: Path) -> None:
    """Replace the example seeds in `package`, a copy of the package, by the twins."""
    tables: dict[str, list[dict[str, Any]]] = {"order_lines": [], "products": [], "customers": []}
    for name, customer in CUSTOMERS.items():
        tables["customers"].append({"customer_id": name, "signed_up_at": "2023-06-01 00:00:00"})
        for table in Customer.__dataclass_fields__:
            for number, event in enumerate(getattr(customer, table), start=1):
                tables.setdefault(table, []).append(_row(table, name, number, event))
        for number, event in enumerate(customer.orders, start=1):
            tables["order_lines"].append(
                {"order_id": f"{name}-{number}", "product_id": "P1", "line_number": 1, "quantity": 2}
                | {"net_amount": 20, "returned_at": event.get("returned_at")}
                | {"returned_quantity": 2 if event.get("returned_at") else None}
            )
    tables["products"] = [{"product_id": "P1", "category": "tea"}]
    tables["campaigns"] = [
        {"campaign_id": f"K{number}", "action": "offer", "started_at": "2024-02-01 00:00:00"}
        for number in (1, 2)
    ]
    seeds = package / "seeds"
    seeds.unlink() if seeds.is_symlink() else shutil.rmtree(seeds)
    seeds.mkdir()
    for given in (ROOT / "seeds").iterdir():
        if given.suffix != ".csv":
            shutil.copy(given, seeds / given.name)
            continue
        with given.open(newline="") as file:
            columns = next(csv.reader(file))
        with (seeds / given.name).open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows(tables[given.stem.removeprefix("example_")])


def _row(table: str, name: str, number: int, event: dict[str, Any]) -> dict[str, Any]:
    own = {
        "orders": {"order_id": f"{name}-{number}", "order_status": "completed", "order_amount": 20},
        "sessions": {"session_id": f"{name}-{number}", "page_views": 3, "product_views": 2, "cart_adds": 1},
        "reviews": {"review_id": f"{name}-{number}", "product_id": "P1"},
        "service_tickets": {"ticket_id": f"{name}-{number}", "ticket_type": "complaint"},
        "campaign_contacts": {"campaign_id": f"K{number}", "arm": "treatment"},
        "coupon_redemptions": {"coupon_id": f"V{number}", "campaign_id": "K1"},
        "returns": {"return_id": f"{name}-{number}"},
    }[table]
    return {"customer_id": name} | own | event


def faults(query: Query) -> list[str]:
    """The errors of a warehouse that was built from the twins; empty if there are none."""
    found = []
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for customer, *features in query(
        f"select * exclude (as_of_date) from ml_features where as_of_date = '{DAY}' order by all"
    ):
        rows.setdefault(customer, []).append(tuple(features))
    if len(rows.get("base", [])) != 1:
        found.append("base has not one row of features")
    found += [f"{name} is seen" for name in HIDDEN if rows.get(name) != rows.get("base")]
    orders = dict(query(f"select customer_id, orders_count_ever from ml_features where as_of_date = '{DAY}'"))
    found += [f"{name} is not seen" for name in SEEN if orders.get(name) == orders.get("base")]
    found += [
        f"{name} is {'not ' if yes else ''}looked at"
        for name, (_, yes) in ELIGIBLE.items()
        if (name in rows) != yes
    ]
    churned = dict(
        query(f"select customer_id, is_churned from int_retention__labels where as_of_date = '{DAY}'")
    )
    found += [
        f"{name} is labelled {'stayed' if yes else 'churned'}"
        for name, (_, yes) in CHURNED.items()
        if churned.get(name) != yes
    ]
    return found
