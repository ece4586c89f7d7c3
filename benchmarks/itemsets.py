"""Itemsets by the package's SQL against pyfim and mlxtend: same run, same baskets, read from the same DuckDB.

    pip install -e '.[bench]'
    python benchmarks/itemsets.py            # 1 M baskets x 10 of 10 k products, then 10 M under 8 GB
    python benchmarks/itemsets.py --quick    # 100 k baskets, under a minute

Every measurement is a separate process with its own peak memory. A time is the best of `--repeats`, from the
open database to the itemsets as Python or SQL rows; the peers' times include the fetch. CPU seconds are those
of all threads: pyfim and mlxtend have one, the SQL has one per core. Other work on the machine changes
seconds and not CPU seconds. The table has the grain of int_retention__baskets, one row per basket and item,
so there are no duplicates to remove. A ratio is our time over the peer's. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from measuring import Clock, fastest, measured_by, parser, peak_gb, report, work_folder

PRODUCTS, ITEMS_PER_BASKET, MAX_LENGTH = 10_000, 10, 4
BLOCK, LARGER = 100_000, (2_000_000, 5_000_000, 10_000_000)
IMPORTS = {
    "apriori": ["dbt_retention.commands.itemsets"],
    "eclat": ["dbt_retention.commands.itemsets"],
    "pyfim": ["fim"],
    "mlxtend": ["pandas", "mlxtend.frequent_patterns", "mlxtend.preprocessing"],
}
SUPPORTS = (0.001, 0.0005, 0.0002)
LIMITS = {"pyfim_001": 0.6, "mlxtend_001": 1 / 8, "pyfim_0002": 1.0, "peak_gb": 1.5}


def generate(path: Path, *, baskets: int, seed: int = 7) -> None:
    """Write baskets of ten different products; product n has the weight 1 / n (Zipf)."""
    random = np.random.default_rng(seed)
    weights = 1 / np.arange(1, PRODUCTS + 1)
    cumulated = np.cumsum(weights) / weights.sum()
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table baskets (basket integer, item integer)")
        for first in range(0, baskets, BLOCK):
            size = min(BLOCK, baskets - first)
            items = np.searchsorted(cumulated, random.random((size, ITEMS_PER_BASKET)))
            while True:
                items.sort(axis=1)
                twice = np.zeros_like(items, dtype=bool)
                twice[:, 1:] = items[:, 1:] == items[:, :-1]
                if not twice.any():
                    break
                items[twice] = np.searchsorted(cumulated, random.random(int(twice.sum())))
            numbers = np.repeat(np.arange(first, first + size), ITEMS_PER_BASKET)
            block = pa.table({"basket": numbers.astype(np.int32), "item": items.ravel().astype(np.int32)})
            connection.register("block", block)
            connection.execute("insert into baskets select * from block")


def opened(path: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set preserve_insertion_order = false")
    connection.execute(f"set temp_directory = '{path.parent / 'scratch'}'")
    connection.execute(f"attach '{path}' as shop (read_only)")
    return connection


def run_ours(path: Path, support: float, strategy: str, memory: str | None) -> list[int]:
    from dbt_retention.commands.itemset_mining import mine

    with opened(path) as connection:
        if memory:
            connection.execute(f"set memory_limit = '{memory}'")
        mined = mine(
            connection, lines="shop.baskets", min_support=support, max_length=MAX_LENGTH,
            strategy=strategy, with_rules=False, is_deduplicated=True, max_level_gb=40,
        )  # fmt: skip
        connection.execute("select items, length, baskets_count, support from itemsets").fetchall()
    return list(mined.levels)


def fetched(path: Path) -> list[list[int]]:
    with opened(path) as connection:
        return [row[0] for row in connection.execute(
            "select list(item) from shop.baskets group by basket").fetchall()]  # fmt: skip


def run_pyfim(path: Path, support: float) -> list[int]:
    import fim

    baskets = fetched(path)
    found = fim.fpgrowth(
        baskets, target="s", supp=-int(np.ceil(support * len(baskets))), zmax=MAX_LENGTH, report="a"
    )
    return counted(len(items) for items, _ in found)


def run_mlxtend(path: Path, support: float) -> list[int]:
    import pandas as pd
    from mlxtend.frequent_patterns import fpgrowth
    from mlxtend.preprocessing import TransactionEncoder

    baskets = fetched(path)
    encoder = TransactionEncoder()
    matrix = encoder.fit(baskets).transform(baskets, sparse=True)
    frame = pd.DataFrame.sparse.from_spmatrix(matrix, columns=[str(name) for name in encoder.columns_])
    found = fpgrowth(frame, min_support=support, max_len=MAX_LENGTH)
    return counted(len(items) for items in found["itemsets"])


def counted(lengths: Any) -> list[int]:
    counts = np.bincount(list(lengths), minlength=MAX_LENGTH + 1)[1:]
    return [int(count) for count in counts if count]


def measured_alone(what: str, path: Path, support: float, memory: str | None) -> dict[str, Any]:
    """Measure in this process: seconds, CPU seconds, itemsets by length, and peak memory in GB."""
    with Clock() as clock:
        if what == "pyfim":
            levels = run_pyfim(path, support)
        elif what == "mlxtend":
            levels = run_mlxtend(path, support)
        else:
            levels = run_ours(path, support, what, memory)
    return {
        "seconds": clock.seconds,
        "cpu_seconds": clock.cpu_seconds,
        "levels": levels,
        "peak_gb": peak_gb(),
    }


def measure(what: str, path: Path, *, support: float, memory: str | None = None) -> dict[str, Any]:
    """One run in a separate process, which imports its libraries before the clock starts."""
    return measured_by(__file__, what, str(path), str(support), memory or "")


def best_of(path: Path, names: tuple[str, ...], *, support: float, repeats: int) -> dict[str, Any]:
    """The fastest run of each. Runs alternate, so that a busy moment of the machine affects all of them."""
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for turn in range(repeats):
        for name in names:
            if turn == 0 or name != "mlxtend":
                runs[name].append(measure(name, path, support=support))
    best = {}
    for name, measured in runs.items():
        best[name] = fastest(measured)
        show(name, support, best[name])
    return best


def show(what: str, support: float, run: dict[str, Any]) -> None:
    print(
        f"{what:<10}{support:>9.4%}{run['seconds']:>9.2f} s{run['cpu_seconds']:>9.2f} s"
        f"{run['peak_gb']:>8.2f} GB{sum(run['levels']):>10,}  {run['levels']}",
        flush=True,
    )


def main() -> None:
    arguments = parser(__doc__, quick="100 k baskets, under a minute")
    arguments.add_argument("--small", action="store_true", help="without the larger sizes under 8 GB")
    arguments.add_argument("--repeats", type=int, help="default 3, with --quick 1")
    arguments.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.measure:
        what, path, support, memory = options.measure
        for module in IMPORTS[what]:
            import_module(module)
        print(json.dumps(measured_alone(what, Path(path), float(support), memory or None)))
        return

    baskets = 100_000 if options.quick else 1_000_000
    repeats = options.repeats or (1 if options.quick else 3)
    with work_folder("itemsets") as folder:
        path = folder / "baskets.duckdb"
        generate(path, baskets=baskets)
        print(f"{baskets:,} baskets x {ITEMS_PER_BASKET} of {PRODUCTS:,} products, up to length {MAX_LENGTH}")
        print(f"{'':<10}{'support':>9}{'best of ' + str(repeats):>11}{'CPU':>11}{'peak':>11}{'itemsets':>10}")
        found: dict[tuple[str, float], dict[str, Any]] = {}
        for support in SUPPORTS:
            peers = ("pyfim", "mlxtend") if support == SUPPORTS[0] else ("pyfim",)
            for name, run in best_of(
                path, ("apriori", "eclat", *peers), support=support, repeats=repeats
            ).items():
                found[name, support] = run
        agree = all(
            run["levels"] == found["apriori", support]["levels"] for (_, support), run in found.items()
        )
        larger: dict[int, dict[str, Any]] = {}
        for size in () if options.quick or options.small else LARGER:
            path = folder / "larger.duckdb"
            path.unlink(missing_ok=True)
            generate(path, baskets=size)
            print(f"{size:,} baskets, DuckDB's memory limit 5 GB")
            larger[size] = measure("apriori", path, support=SUPPORTS[0], memory="5GB")
            show("apriori", SUPPORTS[0], larger[size])
        large = larger.get(LARGER[-1])

    def ratio(peer: str, support: float, unit: str = "seconds") -> float:
        return round(found["apriori", support][unit] / found[peer, support][unit], 4)

    def against(unit: str) -> dict[str, float]:
        return {
            "pyfim_001": ratio("pyfim", 0.001, unit),
            "mlxtend_001": ratio("mlxtend", 0.001, unit),
            "pyfim_0002": ratio("pyfim", 0.0002, unit),
        }

    print("counts agree" if agree else "COUNTS DIFFER")
    ours = [run for (what, _), run in found.items() if what == "apriori"]
    report(
        "itemsets",
        ratios=against("seconds"),
        at_most=LIMITS | ({"large_peak_gb": 8.0} if large else {}),
        cpu_seconds=sum(run["cpu_seconds"] for run in ours),
        peak_gb=max(run["peak_gb"] for run in ours),
        quick=options.quick,
        growth=large
        and {
            "unit": "baskets",
            "cost": "CPU seconds",
            "series": {
                "apriori at .001": [
                    [baskets, round(found["apriori", 0.001]["cpu_seconds"], 1)],
                    *([size, round(run["cpu_seconds"], 1)] for size, run in larger.items()),
                ]
            },
        },
        baskets=baskets,
        counts_agree=agree,
        cpu_ratios=against("cpu_seconds"),
        eclat_over_apriori_001=round(
            found["eclat", 0.001]["seconds"] / found["apriori", 0.001]["seconds"], 3
        ),
        seconds={
            f"{what} at {support:g}": round(run["seconds"], 2) for (what, support), run in found.items()
        },
        large_seconds=large and round(large["seconds"], 1),
        large_peak_gb=large and round(large["peak_gb"], 2),
    )
    if not agree:
        sys.exit(1)


if __name__ == "__main__":
    main()
