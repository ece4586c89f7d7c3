"""`retention generate`: memory does not grow with the shop, and time grows in proportion.

    python benchmarks/generate.py            # 40 k to 10 M customers, 3 months: 100 M order lines
    python benchmarks/generate.py --quick    # 40 k and 120 k customers

Each shop is written by a separate process, as Parquet. The last line is JSON.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
from measuring import Run, exponent, generate_shop, parser, report, work_folder

MONTHS = 3  # about ten order lines per customer
QUICK, SIZES = (40_000, 120_000), (40_000, 400_000, 2_000_000, 10_000_000)  # customers
LIMITS = {"peak_growth": 1.3, "exponent": 1.1, "peak_gb": 8.0}


def generate(folder: Path, *, customers: int) -> tuple[Run, int]:
    """Time and memory of writing a shop, and its number of order lines."""
    run = generate_shop(folder, customers=customers, months=MONTHS)
    [(lines,)] = duckdb.sql(f"select count(*) from '{folder}/order_lines.parquet'").fetchall()
    print(f"{customers:>12,} customers {lines:>14,} lines   {run}", flush=True)
    return run, int(lines)


def main() -> None:
    arguments = parser(__doc__, quick="40 k and 120 k customers")
    arguments.add_argument(
        "--customers", type=int, nargs="+", help="sizes, default 40000 400000 2000000 10000000"
    )
    options = arguments.parse_args()
    found = []
    sizes = options.customers or (QUICK if options.quick else SIZES)
    for customers in sizes:
        with work_folder("generate") as folder:
            found.append((customers, *generate(folder, customers=customers)))
    (_, small, _), *_, (customers, large, lines) = found
    points = [[count, round(run.cpu_seconds, 1)] for _, run, count in found]
    report(
        "generate",
        ratios={
            "peak_growth": round(large.peak_gb / small.peak_gb, 3),
            "exponent": round(exponent(points), 3),
        },
        at_most=LIMITS,
        cpu_seconds=large.cpu_seconds,
        peak_gb=large.peak_gb,
        quick=options.quick,
        growth={"unit": "order lines", "cost": "CPU seconds", "series": {"generate": points}},
        customers=customers,
        lines=lines,
        seconds=round(large.seconds, 1),
    )


if __name__ == "__main__":
    main()
