"""Shared by the benchmarks of decisions and effects: a simulated shop in a warehouse, and dbt on it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from measuring import ROOT

_PROJECTS: dict[str, Any] = {}  # parsed projects, by variables


def load_shop(connection: duckdb.DuckDBPyConnection, folder: Path, *, customers: int, seed: int) -> None:
    """Generate a shop with its truth, and load its inputs into the tables of the example inputs."""
    from dbt_retention.generate import INPUTS, TRUTH, Shop, generate_shop

    generate_shop(Shop(customers=customers, seed=seed), out=folder, file_format="parquet", truth=True)
    for name in INPUTS:
        connection.execute(f"create or replace table example_{name} as from '{folder}/{name}.parquet'")
    for name in TRUTH:
        connection.execute(f"create or replace table {name} as from '{folder}/{name}.parquet'")


def run_dbt(warehouse: Path, select: str, **variables: Any) -> None:
    """`dbt run` of some of the package's models on the tables of `warehouse`.

    dbt runs in this process and parses the project once per set of variables, because in many small runs
    most of the time would be dbt's start.
    """
    scratch = warehouse.parent
    os.environ |= {
        "RETENTION_DUCKDB": str(warehouse),
        "RETENTION_MODELS": str(scratch / "models_onnx"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    given = yaml.safe_dump(variables, default_flow_style=True, width=10_000)
    words = ["--quiet", "--no-use-colors", "--log-level-file", "none", "--log-path", str(scratch / "logs")]
    where = ["--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT), "--vars", given]
    where += ["--target-path", str(scratch / "target")]
    if given not in _PROJECTS:
        parsed = dbtRunner().invoke([*words, "parse", *where])
        if not parsed.success:
            raise SystemExit(f"dbt parse: {parsed.exception}")
        _PROJECTS[given] = parsed.result
    try:
        done = dbtRunner(manifest=_PROJECTS[given]).invoke(
            [*words, "run", *where, "--select", *select.split()]
        )
    finally:
        DuckDBConnectionManager.close_all_connections()
    if not done.success:
        failed = [result.message for result in getattr(done.result, "results", []) if result.message != "OK"]
        raise SystemExit(f"dbt run --select {select}: {done.exception or failed}")
