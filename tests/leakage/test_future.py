"""Events on or after as_of_date change labels and no feature, in every input."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest
from conftest import ROOT, foreign_shop

NODES = ("--select", "+ml_features", "+int_retention__labels")
DAY = "2024-03-01"
LATE = f"timestamp '{DAY} 00:00:01'"

EVENTS = {  # input: its time column, and the columns that become known later
    "orders": ("ordered_at", ()),
    "sessions": ("started_at", ()),
    "reviews": ("reviewed_at", ()),
    "service_tickets": ("opened_at", (("closed_at", ("closed_at", "satisfaction")),)),
    "campaigns": ("started_at", ()),
    "campaign_contacts": (
        "assigned_at",
        (("contacted_at",) * 2, ("opened_at",) * 2, ("clicked_at",) * 2),
    ),
    "coupon_redemptions": ("redeemed_at", ()),
    "returns": ("returned_at", ()),
    "customers": ("signed_up_at", ()),
}
ATTRIBUTES = ("order_lines", "products")


class Inputs:
    """The example inputs as files that one parsed project reads; each version replaces the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        self.connection = duckdb.connect()
        for name in (*EVENTS, *ATTRIBUTES):
            seed = ROOT / "seeds" / f"example_{name}.csv"
            self.connection.execute(
                f"create view {name} as select * from read_csv('{seed}', all_varchar = true)"
            )

    def models(self) -> dict[str, str]:
        """Mapping models of a shop."""
        return {
            f"my_{name}": f"select * from '{self.folder}/{name}.parquet'" for name in (*EVENTS, *ATTRIBUTES)
        }

    def write(self, **versions: str) -> None:
        """Write all inputs; those in `versions` by the given query."""
        for name in (*EVENTS, *ATTRIBUTES):
            query = versions.get(name, f"select * from {name}")
            self.connection.execute(f"copy ({query}) to '{self.folder}/{name}.parquet'")

    def columns(self, name: str) -> list[str]:
        return [column for column, *_ in self.connection.sql(f"describe {name}").fetchall()]

    def cut(self) -> dict[str, str]:
        """Every input with only the rows and values known on DAY."""
        versions = {}
        for name, (event_at, later) in EVENTS.items():
            masks = [
                f"case when try_cast({when} as timestamp) < date '{DAY}' then {column} end as {column}"
                for when, columns in later
                for column in dict.fromkeys(columns if isinstance(columns, tuple) else (columns,))
            ]
            replaced = f" replace ({', '.join(masks)})" if masks else ""
            loaded = "loaded_at" if "loaded_at" in self.columns(name) else "null"
            versions[name] = (
                f"select *{replaced} from {name} "
                f"where coalesce(try_cast({event_at} as timestamp) < date '{DAY}', true) "
                f"and coalesce(try_cast({loaded} as timestamp) <= date '{DAY}', true)"
            )
        came_back = f"try_cast(returned_at as timestamp) < date '{DAY}'"
        versions["order_lines"] = (
            f"select * replace (case when {came_back} then returned_at end as returned_at, "
            f"case when {came_back} then returned_quantity end as returned_quantity) from order_lines "
            f"where order_id in (select order_id from ({versions['orders']}))"
        )
        return versions

    def planted(self) -> dict[str, str]:
        """Every input with events of every customer on DAY, at midnight."""
        versions = {}
        key = {"orders": "order_id", "sessions": "session_id", "reviews": "review_id"}
        key |= {
            "service_tickets": "ticket_id",
            "campaigns": "campaign_id",
            "campaign_contacts": "campaign_id",
        }
        key |= {"coupon_redemptions": "coupon_id", "returns": "return_id"}
        for name, (event_at, _) in EVENTS.items():
            if name == "customers":
                continue
            moment = f"'{DAY} 00:00:00' as {event_at}"
            loaded = [f"'{DAY} 00:00:00' as loaded_at"] if "loaded_at" in self.columns(name) else []
            whose = "customer_id" if "customer_id" in self.columns(name) else "campaign_id"
            valid = ["'completed' as order_status"] if name == "orders" else []
            changes = ", ".join([f"'future-' || {whose} as {key[name]}", moment, *loaded, *valid])
            versions[name] = (
                f"select * from {name} union all (select * replace ({changes}) from {name} "
                f"where {whose} is not null "
                f"qualify row_number() over (partition by {whose} order by {key[name]}) = 1)"
            )
        versions["order_lines"] = (
            "select * from order_lines union all "
            "select * replace ('future-' || customer_id as order_id) from ("
            "select distinct customer_id from orders where customer_id is not null) "
            "cross join (select * from order_lines limit 1)"
        ).replace("select * replace", "select * exclude (customer_id) replace")
        return versions


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[tuple[Any, ...]]]]:
    """Features until DAY and labels of DAY, for four versions of the same shop, by one parsed project."""
    folder = tmp_path_factory.mktemp("future")
    inputs = Inputs(folder / "inputs")
    shop = foreign_shop(
        folder / "shop",
        models=inputs.models(),
        variables={f"input_{name}": f"my_{name}" for name in (*EVENTS, *ATTRIBUTES)}
        | {"as_of_date": "2024-05-01", "test_date": DAY, "earliest_training_date": "2023-07-01"},
    )
    late = f"""
        select * replace (
            case when try_cast(ordered_at as timestamp) >= timestamp '2024-02-01'
                then cast(greatest(try_cast(ordered_at as timestamp), {LATE}) as varchar)
                else loaded_at end as loaded_at
        ) from orders
    """
    versions = {"whole": {}, "cut": inputs.cut(), "planted": inputs.planted(), "late": {"orders": late}}
    found = {}
    for name, version in versions.items():
        inputs.write(**version)
        shop.build(*NODES, "--full-refresh")  # a date with the same data would not be computed again
        found[name] = {
            "features": shop.query(
                "select * exclude (input_fingerprint) from ml_features "
                f"where as_of_date <= '{DAY}' order by all"
            ),
            "silent": shop.query(
                f"select min(days_since_last_order) from ml_features where as_of_date = '{DAY}'"
            ),
            "churned": shop.query(
                f"select count(*) from int_retention__labels where is_churned and as_of_date = '{DAY}'"
            ),
        }
    return found


def test_inputs_cut_at_as_of_date_give_the_same_features(made: dict[str, Any]) -> None:
    assert len(made["whole"]["features"]) > 1000
    assert made["cut"]["features"] == made["whole"]["features"]
    assert made["cut"]["churned"] > made["whole"]["churned"]


def test_events_planted_on_as_of_date_change_labels_and_no_feature(made: dict[str, Any]) -> None:
    assert made["planted"]["features"] == made["whole"]["features"]
    assert made["whole"]["churned"] > made["planted"]["churned"] == [(0,)]


def test_a_late_order_is_not_used_before_it_was_loaded(made: dict[str, Any]) -> None:
    assert made["late"]["silent"][0][0] > 29 > made["whole"]["silent"][0][0]
