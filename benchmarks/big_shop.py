"""Shared by benchmarks of whole shops: a dbt project that installs the package and reads its inputs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from measuring import ROOT, dbt

INPUTS = (
    "orders", "order_lines", "customers", "products", "sessions", "reviews", "service_tickets",
    "campaigns", "campaign_contacts", "coupon_redemptions", "returns",
)  # fmt: skip


def write_project(
    folder: Path,
    *,
    variables: Mapping[str, object],
    memory: str,
    output: Mapping[str, object] | None = None,
    source: Mapping[str, object] | None = None,
) -> None:
    """Write the project into `folder` and install the package. Warehouse and models are in the folder too.

    variables: vars of the package besides its inputs, which are tables of the schema raw. memory: DuckDB's
    limit. output: more settings of the profile's output. source: config.meta of the source, for files.
    """
    (folder / "models").mkdir(parents=True, exist_ok=True)
    inputs = {f"input_{name}": f"raw.{name}" for name in INPUTS}
    project = {
        "name": "big_shop", "version": "0.1.0", "profile": "big_shop",
        "vars": {"retention": {**inputs, **variables}},
    }  # fmt: skip
    plugin = {
        "module": "dbt_retention.duckdb_plugin", "config": {"models_path": str(folder / "models_onnx")},
    }  # fmt: skip
    here: dict[str, Any] = {
        "type": "duckdb", "path": str(folder / "shop.duckdb"), "threads": 1, "plugins": [plugin],
        **(output or {}),
    }  # fmt: skip
    here["config_options"] = {"memory_limit": memory, **here.get("config_options", {})}
    raw: dict[str, Any] = {"name": "raw", "tables": [{"name": name} for name in INPUTS]}
    if source:
        raw["config"] = {"meta": dict(source)}
    for path, content in {
        "dbt_project.yml": project,
        "profiles.yml": {"big_shop": {"target": "here", "outputs": {"here": here}}},
        "packages.yml": {"packages": [{"local": str(ROOT / "dbt_project")}]},
        "models/sources.yml": {"sources": [raw]},
    }.items():
        (folder / path).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    dbt(folder, "deps")
