"""End to end: time and memory from Parquet files to every mart, their growth, and the next daily build.

    python benchmarks/growth.py            # 20 k to 1 M customers (1 M to 50 M order lines), under 8 GB
    python benchmarks/growth.py --quick    # 2 k and 8 k customers
    python benchmarks/growth.py --folder /mnt/big --keep

`retention generate` writes the shops. A dbt project that installs the package reads the files as external
sources and builds all models, in a separate process, with two cores, into a DuckDB file with a memory limit.
Then 1 % more orders arrive, one day later, and it builds again. The small shop is built twice more: a build
that is killed half way and started again must give the same tables as an undisturbed one. The exponent is the
slope of log seconds over log lines, without training, as is the daily ratio. The last line is JSON.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import big_shop
import duckdb
from big_shop import INPUTS
from measuring import (
    RESULTS,
    Run,
    dbt,
    exponent,
    generate_shop,
    parser,
    program,
    report,
    seconds_by_node,
    work_folder,
)  # fmt: skip

TRAINED = (
    "int_retention__sentiment_model",
    "int_retention__uplift_model",
)  # trained outside of the room training
SIZES = [20_000, 80_000, 300_000, 1_000_000]  # customers
MONTHS = 27  # of history: about 51 order lines per customer
LIMITS = {"exponent": 1.1, "daily": 0.2, "peak_gb": 8.0}
BUILD = ("build", "--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")

# On the next day this many customers have one order each, with two lines and a session.
NEXT_DAY = """
create temporary table fresh as
select 'N' || customer_id as order_id, customer_id, {day} + interval 9 hour as moment
from read_parquet('{folder}/customers/*.parquet')
order by hash(customer_id) limit {orders};
copy (
    select order_id, customer_id, strftime(moment, '%Y-%m-%d %H:%M:%S') as ordered_at,
        'completed' as order_status, 'web' as channel, 20.0 as order_amount, 0.0 as discount_amount,
        moment as loaded_at
    from fresh
) to '{folder}/orders/next.parquet' (format parquet);
copy (
    select order_id,
        'P' || lpad(cast(1 + hash(order_id, line) % {products} as varchar), 5, '0') as product_id,
        line as line_number, 1 as quantity, 10.0 as net_amount, 0.0 as discount_amount,
        cast(null as varchar) as coupon_id, 0 as returned_quantity, cast(null as timestamp) as returned_at
    from fresh, range(1, 3) as lines(line)
) to '{folder}/order_lines/next.parquet' (format parquet);
copy (
    select 'N' || customer_id as session_id, customer_id, moment - interval 5 minute as started_at,
        300 as duration_seconds, 5 as page_views, 3 as product_views, 1 as cart_adds, 1 as searches,
        'email' as traffic_source, moment as loaded_at
    from fresh
) to '{folder}/sessions/next.parquet' (format parquet);
"""


def write_files(folder: Path, *, customers: int) -> Run | None:
    """Write the shop's files, one folder per input, so that a later day can be added as a second file.

    Files of an earlier run are used again, without the later day. Nothing is measured then.
    """
    if all((folder / "raw" / name / "first.parquet").exists() for name in INPUTS):
        for later in folder.glob("raw/*/next.parquet"):
            later.unlink()
        return None
    run = generate_shop(folder / "raw", customers=customers, months=MONTHS)
    for name in INPUTS:
        (folder / "raw" / name).mkdir()
        (folder / "raw" / f"{name}.parquet").rename(folder / "raw" / name / "first.parquet")
    return run


def write_project(folder: Path, *, raw: Path, memory: str) -> None:
    """Write a dbt project that installs the package and reads the files in place."""
    big_shop.write_project(
        folder,
        variables={"input_reload_days": 7, "advanced": {"training_max_rows": 30_000}},
        memory=memory,
        output={"config_options": {"threads": 2}, "settings": {"preserve_insertion_order": False}},
        source={"external_location": f"read_parquet('{raw}/{{name}}/*.parquet', union_by_name = true)"},
    )


def build(folder: Path) -> dict[str, Any]:
    """Build every model; seconds by room and by model, of training, and of everything else."""
    run = dbt(folder, *BUILD)
    found = seconds_by_node(folder / "target")
    models = {model: seconds for room in found.values() for model, seconds in room.items()}
    training = sum(found.get("training", {}).values()) + sum(models.get(model, 0.0) for model in TRAINED)
    return {
        "run": run,
        "rooms": {room: sum(seconds.values()) for room, seconds in found.items()},
        "models": models,
        "training": training,
        "work": sum(models.values()) - training,
    }


def rows_of(query: str) -> int:
    [(count,)] = duckdb.sql(query).fetchall()
    return int(count)


def measure(folder: Path, *, customers: int, memory: str) -> dict[str, Any]:
    """Write a shop, build it, add a day, and build it again."""
    generated = write_files(folder, customers=customers)
    raw = folder / "raw"
    lines = rows_of(f"select count(*) from read_parquet('{raw}/order_lines/*.parquet')")
    orders = rows_of(f"select count(*) from read_parquet('{raw}/orders/*.parquet')")
    products = rows_of(f"select count(*) from read_parquet('{raw}/products/*.parquet')")
    how = f"generated in {generated}" if generated else "read from the folder"
    print(f"\n{customers:,} customers, {orders:,} orders, {lines:,} lines; {how}", flush=True)
    write_project(folder, raw=raw, memory=memory)
    full = build(folder)
    print(f"full build {full['run']}, of which training {full['training']:.1f} s", flush=True)
    last = f"(select max(try_cast(ordered_at as date)) from read_parquet('{raw}/orders/first.parquet'))"
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = '4GB'")
        [(day,)] = connection.execute(f"select {last} + 1").fetchall()
        connection.execute(
            NEXT_DAY.format(
                folder=raw, orders=orders // 100, products=products, day=f"timestamp '{day:%Y-%m-%d}'"
            )
        )
    daily = build(folder)
    print(f"next day {daily['run']}, of which training {daily['training']:.1f} s")
    show(full, daily)
    return {"lines": lines, "customers": customers, "generated": generated, "full": full, "daily": daily}


def show(full: dict[str, Any], daily: dict[str, Any]) -> None:
    print(f"{'':<44}{'full':>10}{'daily':>10}")
    for room in full["rooms"]:
        print(f"{room:<44}{full['rooms'][room]:>8.1f} s{daily['rooms'].get(room, 0):>8.1f} s")
    dearest = sorted(full["models"].items(), key=lambda item: -item[1])[:25]
    for model, seconds in dearest:
        print(f"  {model:<42}{seconds:>8.1f} s{daily['models'].get(model, 0):>8.1f} s")
    print(flush=True)


def tables_of(folder: Path) -> dict[str, tuple[Any, ...]]:
    """Row count and fingerprint of every table, independent of the order of rows."""
    with duckdb.connect(str(folder / "shop.duckdb"), read_only=True) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'main' order by table_name"
            ).fetchall()
        ]
        return {
            name: connection.execute(
                f'select count(*), sum(cast(hash(one) as hugeint)) from "{name}" as one'
            ).fetchall()[0]
            for name in names
        }


def survives_a_kill(folder: Path, *, raw: Path, memory: str, whole_seconds: float) -> list[str]:
    """Tables of a build that was killed half way and started again that differ from an undisturbed build."""
    whole, killed = folder / "whole", folder / "killed"
    for place in (whole, killed):
        write_project(place, raw=raw, memory=memory)
    dbt(whole, *BUILD)
    process = subprocess.Popen([program("dbt"), "--quiet", *BUILD], cwd=killed, start_new_session=True)
    time.sleep(whole_seconds / 2)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    half = len(tables_of(killed))
    dbt(killed, *BUILD)
    expected, found = tables_of(whole), tables_of(killed)
    print(f"killed with {half} of {len(expected)} tables, and started again")
    return sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))


def project(lines: float = 1e9) -> None:
    """Print the extrapolated time for this number of lines, by the slope of the last full run."""
    path = RESULTS / "growth.json"
    if not path.exists():
        raise SystemExit(f"{path} does not exist; run the benchmark at full size first")
    [points] = json.loads(path.read_text(encoding="utf-8"))["growth"]["series"].values()
    size, seconds = points[-1]
    slope = exponent(points)
    print(
        f"computed: {seconds:,.0f} s at {size:,} lines, exponent {slope:.2f}: "
        f"{seconds * (lines / size) ** slope / 3600:.1f} h at {lines:,.0f} lines on the same machine"
    )


def main() -> None:
    arguments = parser(__doc__, quick="2 k and 8 k customers")
    arguments.add_argument(
        "--customers", type=int, nargs="+", help="sizes, default 20000 80000 300000 1000000"
    )
    arguments.add_argument("--folder", type=Path, help="work here; default a temporary folder")
    arguments.add_argument("--keep", action="store_true", help="keep files and warehouses in the folder")
    arguments.add_argument("--no-kill", action="store_true", help="skip the build that is killed half way")
    arguments.add_argument(
        "--memory", default="5GB", help="DuckDB's limit; the process may take 8 GB (default 5GB)"
    )
    arguments.add_argument(
        "--project", action="store_true", help="only extrapolate the results to a billion lines"
    )
    options = arguments.parse_args()
    if options.project:
        project()
        return
    sizes = options.customers or ([2_000, 8_000] if options.quick else SIZES)

    shops, differing = [], None
    with work_folder("growth", options.folder) as folder:
        for number, customers in enumerate(sizes):
            place = folder / f"customers_{customers}"
            shops.append(measure(place, customers=customers, memory=options.memory))
            if number == 0 and not options.no_kill:
                differing = survives_a_kill(
                    place, raw=place / "raw", memory=options.memory,
                    whole_seconds=shops[0]["full"]["run"].seconds,
                )  # fmt: skip
                print(f"tables that differ: {', '.join(differing) or 'none'}", flush=True)
            if not options.keep:
                shutil.rmtree(place)
    large = shops[-1]
    points = [[shop["lines"], round(shop["full"]["work"], 1)] for shop in shops]
    runs = [shop[which]["run"] for shop in shops for which in ("full", "daily")]
    report(
        "growth",
        ratios={
            "daily": round(large["daily"]["work"] / large["full"]["work"], 3),
            **({"exponent": round(exponent(points), 3)} if len(points) > 1 else {}),
        },
        at_most={name: bound for name, bound in LIMITS.items() if name != "exponent" or len(points) > 1},
        cpu_seconds=large["full"]["run"].cpu_seconds,
        peak_gb=max(run.peak_gb for run in runs),
        quick=options.quick,
        growth={"unit": "order lines", "cost": "seconds", "series": {"all rooms but training": points}},
        lines=large["lines"],
        customers=large["customers"],
        memory_limit=options.memory,
        generate_peak_gb=large["generated"] and round(large["generated"].peak_gb, 2),
        generate_seconds=large["generated"] and round(large["generated"].seconds, 1),
        seconds={room: round(seconds, 1) for room, seconds in large["full"]["rooms"].items()},
        daily_seconds={room: round(seconds, 1) for room, seconds in large["daily"]["rooms"].items()},
        tables_that_differ_after_a_kill=differing,
    )
    if differing:
        sys.exit(1)


if __name__ == "__main__":
    main()
