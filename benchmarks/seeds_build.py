"""`dbt build` of the example shop, and the time of its parts: dbt's overhead, SQL, training.

    python benchmarks/seeds_build.py             # best of two, without warehouse, models or cache
    python benchmarks/seeds_build.py --quick     # once

Nodes run on two threads, so their seconds add up to twice the wall time. dbt's overhead per node (rendering,
logging, reading columns) is estimated on the data tests: the same queries also run in DuckDB alone. The last
line is JSON.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
from measuring import ROOT, Clock, dbt, parser, report, seconds_by_node, work_folder

LIMITS = {"seconds": 45.0}


def build(folder: Path) -> dict[str, Any]:
    """One build in an empty folder."""
    (folder / "profiles.yml").write_text(
        (ROOT / "profiles.yml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    target = folder / "target"
    environment = {
        "RETENTION_DUCKDB": str(folder / "warehouse.duckdb"),
        "RETENTION_MODELS": str(folder / "models_onnx"),
    }
    where = (
        "--project-dir",
        str(ROOT / "dbt_project"),
        "--target-path",
        str(target),
        "--log-path",
        str(folder),
    )
    read = dbt(folder, "parse", *where, environment=environment)
    run = dbt(folder, "build", "--no-partial-parse", *where, environment=environment)
    rooms = seconds_by_node(target)
    return {
        "run": run,
        "read": read,
        "rooms": {room: sum(nodes.values()) for room, nodes in rooms.items()},
        "nodes": {room: len(nodes) for room, nodes in rooms.items()},
        "training": sum(rooms["training"].values()) + rooms["history"]["int_retention__sentiment_model"],
        "sql": sql_of_data_tests(folder, target),
    }


def sql_of_data_tests(folder: Path, target: Path) -> float:
    """Seconds of the queries of all data tests in DuckDB alone."""
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    queries = [
        result["compiled_code"]
        for result in results
        if result["unique_id"].startswith("test.") and result.get("compiled_code")
    ]
    clock = Clock()
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as connection, clock:
        for query in queries:
            connection.execute(query).fetchall()
    return clock.seconds


def main() -> None:
    options = parser(__doc__, quick="one build").parse_args()
    builds = []
    for _ in range(1 if options.quick else 2):
        with work_folder("seeds") as folder:
            builds.append(build(folder))
    best = min(builds, key=lambda one: one["run"].seconds)
    tests = best["rooms"]["tests"]
    print(f"{sum(best['nodes'].values())} nodes: {best['run']}; parsing alone {best['read']}")
    print(f"{'':<24}{'nodes':>8}{'seconds, all threads':>24}")
    for room, seconds in sorted(best["rooms"].items(), key=lambda item: -item[1]):
        print(f"{room:<24}{best['nodes'][room]:>8}{seconds:>22.1f} s")
    print(f"training, of the above {best['training']:.1f} s")
    print(f"data tests {tests:.1f} s: SQL {best['sql']:.1f} s, dbt's overhead {tests - best['sql']:.1f} s")
    report(
        "seeds_build",
        ratios={"data_tests_to_bare_sql": round(tests / best["sql"], 2)},
        at_most=LIMITS,
        cpu_seconds=best["run"].cpu_seconds,
        peak_gb=best["run"].peak_gb,
        quick=options.quick,
        seconds=round(best["run"].seconds, 1),
        seconds_to_read_the_project=round(best["read"].seconds, 1),
        nodes=sum(best["nodes"].values()),
        training_seconds=round(best["training"], 1),
        seconds_by_room={room: round(seconds, 1) for room, seconds in best["rooms"].items()},
    )


if __name__ == "__main__":
    main()
