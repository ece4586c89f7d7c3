"""The feature rooms at 50 M order lines: time, memory, growth, and the cost of a daily build.

    python benchmarks/features.py            # 1 M to 50 M lines, 12 dates, under 8 GB; about 30 minutes
    python benchmarks/features.py --quick    # 100 k and 400 k lines, under a minute

A shop with 25 lines per customer is written into a DuckDB file. A dbt project that installs the package
builds its features, one model after another, in a separate process. The peer is a plain scan of the same
lines in the same file, aggregated to customer-days. A ratio is the time of the rooms history and features
over that of the scan. The exponent is the slope of log time over log lines. The last line is JSON.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import big_shop
import duckdb
from measuring import Clock, dbt, exponent, parser, report, seconds_by_node, work_folder

SIZES = [1_000_000, 4_000_000, 15_000_000, 50_000_000]  # order lines
LINES_PER_ORDER, ORDERS_PER_CUSTOMER, PRODUCTS, DAYS = 5, 5, 10_000, 730
FIRST_DAY = "2024-01-01"
LIMITS = {"to_scan": 40.0, "exponent": 1.1, "daily": 0.15, "peak_gb": 8.0}
ROOMS = ("staging", "intermediate", "calendar", "history", "features")

# A pseudo-random number from 0 to 1, a function of the arguments.
RANDOM = "(hash({}) % 1000003) / 1000003.0"


def uniform(*arguments: str) -> str:
    return RANDOM.format(", ".join(arguments))


SHOP = f"""
create schema raw;
create table raw.customers as
select
    'c' || c as customer_id,
    timestamp '{FIRST_DAY}'
    + to_days(cast(floor({uniform("c", "'first'")} * {DAYS - 60}) as integer)) as signed_up_at,
    cast(1950 + floor({uniform("c", "'birth'")} * 55) as integer) as birth_year,
    ['search', 'social', 'store', 'referral'][1 + cast(hash(c, 'channel') % 4 as integer)]
        as acquisition_channel,
    ['bronze', 'silver', 'gold'][1 + cast(hash(c, 'tier') % 3 as integer)] as membership_tier
from range({{customers}}) as customers(c);

create table raw.products as
select
    'p' || p as product_id,
    'category ' || p % 50 as category
from range({PRODUCTS}) as products(p);

-- The number of orders per customer is geometric; orders are between the first and the last day.
create table raw.orders as
with planned as (
    select
        customer_id,
        signed_up_at,
        cast(
            1 + floor(-ln(1 - {uniform("customer_id", "'orders'")}) * {ORDERS_PER_CUSTOMER - 0.5})
            as integer) as n,
        {uniform("customer_id", "'life'")} as life
    from raw.customers
)
select
    customer_id || '-' || k as order_id,
    customer_id,
    signed_up_at + to_minutes(cast(
        floor({uniform("customer_id", "k", "'at'")} * life * 1440
        * (date '{FIRST_DAY}' + {DAYS} - cast(signed_up_at as date))) as integer)) as ordered_at,
    'completed' as order_status
from planned, range(1, n + 1) as numbers(k);

create table raw.order_lines as
select
    order_id,
    cast(line as integer) as line_number,
    'p' || cast(floor(pow({PRODUCTS}, {uniform("order_id", "line", "'product'")})) - 1 as integer)
        as product_id,
    1 + cast(hash(order_id, line, 'pieces') % 3 as integer) as quantity,
    round(2 + {uniform("order_id", "line", "'price'")} * 30, 2) as net_amount,
    case when hash(order_id, line, 'sale') % 5 = 0 then 1.5 else 0 end as discount_amount
from raw.orders, range(1, 2 + cast(hash(order_id) % {2 * LINES_PER_ORDER - 1} as bigint)) as lines(line);

create table raw.sessions as
select
    's' || order_id as session_id,
    customer_id,
    ordered_at - to_days(cast(hash(order_id, 'visit') % 3 as integer)) as started_at,
    cast(30 + hash(order_id, 'duration') % 600 as integer) as duration_seconds,
    cast(1 + hash(order_id, 'pages') % 20 as integer) as page_views,
    cast(hash(order_id, 'views') % 8 as integer) as product_views,
    cast(hash(order_id, 'cart') % 3 as integer) as cart_adds
from raw.orders;

create table raw.reviews as
select
    'r' || order_id as review_id,
    customer_id,
    ordered_at + interval 5 day as reviewed_at,
    cast(1 + hash(order_id, 'rating') % 5 as integer) as rating
from raw.orders where hash(order_id, 'review') % 10 = 0;

create table raw.service_tickets as
select
    't' || order_id as ticket_id,
    customer_id,
    ordered_at + interval 3 day as opened_at,
    ['complaint', 'return', 'question'][1 + cast(hash(order_id, 'type') % 3 as integer)] as ticket_type,
    ordered_at + interval 6 day as closed_at
from raw.orders where hash(order_id, 'ticket') % 20 = 0;

create table raw.campaigns as
select 'k' || k as campaign_id, 'offer' as action,
    timestamp '{FIRST_DAY}' + to_days(cast(30 * k as integer)) as started_at
from range(1, 24) as campaigns(k);

create table raw.campaign_contacts as
select campaign_id, customer_id, started_at as assigned_at, 'treatment' as arm, started_at as contacted_at
from raw.campaigns, raw.customers where hash(campaign_id, customer_id) % 50 = 0;

create table raw.coupon_redemptions as
select 'o' || order_id as coupon_id, customer_id, ordered_at as redeemed_at, order_id
from raw.orders where hash(order_id, 'coupon') % 20 = 0;

create table raw.returns as
select 'n' || order_id as return_id, customer_id, ordered_at + interval 9 day as returned_at, order_id,
    cast(5 as double) as returned_amount
from raw.orders where hash(order_id, 'return') % 100 = 0;
"""

# The next day: 1 % more orders, one order each by this many customers.
NEXT_DAY = f"""
create temporary table fresh as
select customer_id || '-next' as order_id, customer_id,
    timestamp '{FIRST_DAY}' + to_days({DAYS}) + interval 9 hour as ordered_at, 'completed' as order_status
from raw.customers using sample reservoir({{orders}} rows) repeatable (7);
insert into raw.orders select * from fresh;
insert into raw.order_lines
select order_id, cast(line as integer), 'p' || hash(order_id, line) % {PRODUCTS}, 1, 9.99, 0
from fresh, range(1, 2 + cast(hash(order_id) % {2 * LINES_PER_ORDER - 1} as bigint)) as lines(line);
insert into raw.sessions
select 's' || order_id, customer_id, ordered_at, 60, 5, 2, 1 from fresh;
"""

SCAN = """
create or replace temporary table customer_days as
select orders.customer_id, cast(orders.ordered_at as date) as day,
    count(*) as lines, sum(order_lines.quantity) as pieces, sum(order_lines.net_amount) as amount
from raw.order_lines inner join raw.orders using (order_id)
group by all
"""


def write_project(folder: Path, *, memory: str) -> None:
    """A shop's dbt project: the package, its inputs as sources, ten training dates, a test date."""
    dates = {
        "snapshot_count": 10, "snapshot_interval_days": 30, "churn_horizon_days": 60, "lookback_days": 180,
    }  # fmt: skip
    big_shop.write_project(folder, variables=dates, memory=memory)


def build(folder: Path) -> dict[str, Any]:
    """Build the features and their ancestors; seconds by model and by room."""
    run = dbt(folder, "run", "--select", "+ml_features", "--exclude", "ml_features")
    found = seconds_by_node(folder / "target")
    rooms = {room: sum(found.get(room, {}).values()) for room in ROOMS}
    return {
        **asdict(run),
        "models": {model: seconds for room in found.values() for model, seconds in room.items()},
        "rooms": rooms,
        "features": rooms["features"] + rooms["history"],
    }


def scan_seconds(folder: Path, *, memory: str) -> float:
    """The plain scan: best of three, with the same memory limit; run before and after the build."""
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute(f"set memory_limit = '{memory}'")
        connection.execute("set preserve_insertion_order = false")
        clocks = [Clock() for _ in range(3)]
        for clock in clocks:
            with clock:
                connection.execute(SCAN)
    return min(clock.seconds for clock in clocks)


def measure(folder: Path, *, lines: int, memory: str) -> dict[str, Any]:
    """Write a shop of about this many lines and build it."""
    for place in (folder / "shop.duckdb", folder / "shop.duckdb.wal"):
        place.unlink(missing_ok=True)
    customers = lines // (LINES_PER_ORDER * ORDERS_PER_CUSTOMER)
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute(f"set memory_limit = '{memory}'")
        connection.execute("set preserve_insertion_order = false")
        connection.execute(SHOP.format(customers=customers))
        (orders,) = connection.execute("select count(*) from raw.orders").fetchone() or (0,)
        (written,) = connection.execute("select count(*) from raw.order_lines").fetchone() or (0,)
    scan = scan_seconds(folder, memory=memory)
    full = build(folder)
    scan = min(scan, scan_seconds(folder, memory=memory))
    with duckdb.connect(str(folder / "shop.duckdb"), read_only=True) as connection:
        (dates, rows) = connection.execute(
            "select count(distinct as_of_date), count(*) from main.int_retention__spine"
        ).fetchone() or (0, 0)
    print(f"\n{written:,} lines, {orders:,} orders, {customers:,} customers, {dates} dates: {rows:,} rows")
    print(f"plain scan to customer-days {scan:.2f} s; features {full['features'] / scan:.1f} times that")
    show_run("full build", full)
    return full | {"orders": orders, "lines": written, "dates": dates, "rows": rows, "scan": scan}


def next_day(folder: Path, *, orders: int) -> dict[str, Any]:
    """Add 1 % more orders to the shop in `folder`, and build it again."""
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute(NEXT_DAY.format(orders=orders // 100))
    daily = build(folder)
    show_run("next day", daily)
    return daily


def show_run(name: str, run: dict[str, Any]) -> None:
    print(
        f"{name}: {run['seconds']:.0f} s, {run['cpu_seconds']:.0f} CPU s, peak {run['peak_gb']:.2f} GB",
        flush=True,
    )


def show(full: dict[str, Any], daily: dict[str, Any]) -> None:
    """Print seconds by room and family, of the full and the daily build."""
    print(f"{'':<30}{'full':>10}{'daily':>10}{'share of features':>20}")
    for room in full["rooms"]:
        print(f"{room:<30}{full['rooms'][room]:>8.1f} s{daily['rooms'][room]:>8.1f} s")
    for model, seconds in sorted(full["models"].items(), key=lambda item: -item[1]):
        if model.startswith("feat_"):
            share = seconds / full["features"]
            print(f"{model:<30}{seconds:>8.1f} s{daily['models'][model]:>8.1f} s{share:>19.1%}")


def main() -> None:
    arguments = parser(__doc__, quick="100 k and 400 k lines")
    arguments.add_argument("--lines", type=int, nargs="+", help="sizes, default 1 M, 4 M, 15 M and 50 M")
    arguments.add_argument(
        "--folder", type=Path, help="work here and keep the larger shop; default a temporary folder"
    )
    arguments.add_argument(
        "--memory", default="6GB", help="DuckDB's limit; the process may take 8 GB (default 6GB)"
    )
    options = arguments.parse_args()
    sizes = options.lines or ([100_000, 400_000] if options.quick else SIZES)

    with work_folder("features", options.folder) as folder:
        write_project(folder, memory=options.memory)
        shops = [measure(folder, lines=lines, memory=options.memory) for lines in sizes]
        large = shops[-1]
        daily = next_day(folder, orders=large["orders"])
    show(large, daily)
    report(
        "features",
        ratios={
            "to_scan": round(large["features"] / large["scan"], 2),
            "exponent": round(exponent([(shop["lines"], shop["features"]) for shop in shops]), 3),
            "daily": round(daily["features"] / large["features"], 3),
        },
        at_most=LIMITS,
        cpu_seconds=large["cpu_seconds"],
        peak_gb=max(large["peak_gb"], daily["peak_gb"]),
        quick=options.quick,
        growth={
            "unit": "order lines",
            "cost": "seconds",
            "series": {
                "feature rooms": [[shop["lines"], round(shop["features"], 2)] for shop in shops],
                "bare scan": [[shop["lines"], round(shop["scan"], 3)] for shop in shops],
            },
        },
        lines=large["lines"],
        dates=large["dates"],
        customer_dates=large["rows"],
        seconds={room: round(seconds, 1) for room, seconds in large["rooms"].items()},
    )


if __name__ == "__main__":
    main()
