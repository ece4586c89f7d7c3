"""Twenty-four daily builds of one shop: late rows, cancellations, new columns, a campaign and a new model."""

from __future__ import annotations

import resource
import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import Shop
from fault_table import Record, lost, tried
from few_customers import generate_few, shop_of_files

pytestmark = pytest.mark.faults_long

DAYS = 24
# The sixth campaign begins on the fourth day.
FIRST = "date '2024-03-11'"
# When the shop learns of a row.
KNOWN_AT = {
    "orders": "loaded_at",
    "returns": "loaded_at",
    "reviews": "loaded_at",
    "service_tickets": "loaded_at",
    "sessions": "loaded_at",
    "campaigns": "started_at",
    "campaign_contacts": "assigned_at",
    "coupon_redemptions": "redeemed_at",
    "customers": "signed_up_at",
}
LATE, CANCELLED, NEW_COLUMN, RETYPED, TRAINED = 6, 9, 12, 15, 18
LATE_ORDERS = "ordered_at::date between date '2024-02-20' and date '2024-02-22'"
CANCELLED_ORDERS = "ordered_at::date between date '2024-02-25' and date '2024-02-26'"
PREDICTIONS = "as_of_date, customer_id, churn_probability, risk_tier, value_at_risk, model_version"


def write_inputs(generated: Path, inputs: Path, *, number: int) -> None:
    """Write what the shop knows on a day; `number` counts from 0."""
    day = f"({FIRST} + {number})"
    for source in sorted(generated.glob("*.parquet"), reverse=True):  # orders before their lines
        known = KNOWN_AT.get(source.stem)
        query = f"select * from '{source}'" + (f" where {known} < {day}" if known else "")
        if source.stem == "orders":
            if number < LATE:
                query += f" and not ({LATE_ORDERS})"
            columns = [f"if({LATE_ORDERS}, {FIRST} + {LATE} - interval 1 hour, loaded_at) as loaded_at"]
            if number >= CANCELLED:
                columns.append(f"if({CANCELLED_ORDERS}, 'cancelled', order_status) as order_status")
            query = f"select * replace ({', '.join(columns)}) from ({query})"
            if number >= NEW_COLUMN:
                query = f"select 'web' as till, * from ({query})"
        elif source.stem == "order_lines":
            query += f" where order_id in (select order_id from '{inputs / 'orders.parquet'}')"
            returned = f"returned_at < {day}"
            query = (
                f"select * replace (if({returned}, returned_at, null) as returned_at, "
                f"if({returned}, returned_quantity, 0) as returned_quantity) from ({query})"
            )
            if number >= RETYPED:
                query = f"select * replace (quantity::varchar as quantity) from ({query})"
        new = inputs / f"{source.stem}.new"
        duckdb.connect().execute(f"copy ({query}) to '{new}' (format parquet)")
        new.replace(inputs / source.name)


def used_seconds() -> float:
    """CPU seconds of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def size_of(path: Path) -> int:
    """Bytes of a DuckDB file after a checkpoint."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("checkpoint")
    return path.stat().st_size


def test_twenty_four_daily_builds_end_as_one_full_build(tmp_path: Path, record_property: Record) -> None:
    generated, inputs = tmp_path / "generated", tmp_path / "inputs"
    generate_few(generated)
    inputs.mkdir()
    write_inputs(generated, inputs, number=0)
    shop = shop_of_files(tmp_path / "shop", inputs)
    published: dict[str, list[tuple[object, ...]]] = {}
    seconds, sizes, versions, missing = [], [], [], 0
    for number in range(DAYS):
        write_inputs(generated, inputs, number=number)
        before = used_seconds()
        shop.build(**({"training_policy": "always"} if number == TRAINED else {}))
        seconds.append(used_seconds() - before)
        sizes.append(size_of(shop.warehouse))
        rows = shop.query(f"select {PREDICTIONS} from mart_early_warning order by customer_id")
        published[str(rows[0][0])] = rows
        versions.append(rows[0][-1])
        [(given, kept)] = shop.query(
            f"select (select count(*) from '{inputs}/orders.parquet'), "
            "(select count(*) from stg_retention__orders)"
        )
        missing += given - kept

    for day, said in published.items():
        kept = shop.query(
            f"select {PREDICTIONS} from mart_early_warning_history where as_of_date = date '{day}' order by 2"
        )
        missing += len(said) - len(kept)
        assert kept == said, day
    assert len(published) == DAYS
    assert len(set(versions)) == 2
    assert versions[TRAINED] != versions[TRAINED - 1]

    once = Shop(
        folder=shop.folder,
        warehouse=shop.warehouse.with_name("once.duckdb"),
        models=shop.models,
        project=shop.project,
    )
    shutil.copy(shop.warehouse, once.warehouse)
    once.build("--full-refresh", training_policy="never")
    found, expected = shop.tables(), once.tables()
    different = {name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)}

    once.warehouse.unlink()
    once.build(training_policy="never")
    fresh = size_of(once.warehouse)
    lost(record_property, "rows lost", missing)
    tried(
        record_property,
        f"{DAYS} daily builds: late rows, cancellation, columns, campaign, model",
        expected="0 rows lost; tables as after a full refresh; the file does not grow",
        got=f"{missing} lost; {len(different)} tables differ; file {sizes[-1] / fresh:.2f} of a fresh one; "
        f"{sizes[-1] / sizes[1]:.2f} of that of the second day; "
        f"CPU s first {seconds[0]:.0f}, second {seconds[1]:.0f}, last {seconds[-1]:.0f}",
    )
    assert missing == 0
    assert different == set()
    # Every build writes tables beside the ones that they replace, so that the second file has free blocks.
    assert sizes[-1] < 1.1 * sizes[1], sizes
    assert sizes[-1] < 2.2 * fresh, sizes
