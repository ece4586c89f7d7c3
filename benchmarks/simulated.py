"""What benchmarks of decisions and effects share: a simulated shop in a warehouse, and dbt run on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import yaml

ROOT = Path(__file__).parent.parent


def load_shop(connection: duckdb.DuckDBPyConnection, folder: Path, *, customers: int, seed: int) -> None:
    """Generate a shop with its truth and make its inputs the package's example inputs, by table."""
    from dbt_retention.generate import INPUTS, TRUTH, Shop, generate_shop

    generate_shop(Shop(customers=customers, seed=seed), out=folder, file_format="parquet", truth=True)
    for name in INPUTS:
        connection.execute(f"create or replace table example_{name} as from '{folder}/{name}.parquet'")
    for name in TRUTH:
        connection.execute(f"create or replace table {name} as from '{folder}/{name}.parquet'")


def run_dbt(warehouse: Path, select: str, **variables: Any) -> None:
    """`dbt run` of some of the package's models on the tables of `warehouse`."""
    scratch = warehouse.parent
    command = [
        str(Path(sys.executable).parent / "dbt"),
        *("--quiet", "run", "--project-dir", str(ROOT / "dbt_project"), "--select", *select.split()),
        *("--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs")),
        *("--vars", yaml.safe_dump(variables, default_flow_style=True)),
    ]
    environment = os.environ | {
        "RETENTION_DUCKDB": str(warehouse),
        "RETENTION_MODELS": str(scratch / "models_onnx"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"dbt run --select {select}: {(done.stdout + done.stderr).strip()}")
