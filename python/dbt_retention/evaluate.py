"""Scores a past date as if it were the newest one that can be judged, beside the shop's own tables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml
from rich.console import Console

from dbt_retention.dbt_runner import Project, install_packages, run_dbt
from dbt_retention.errors import RetentionError
from dbt_retention.evaluation import Floats, binary_metrics
from dbt_retention.warehouse import Target, target_of

NODES = "+ml_churn_scores +int_retention__labels"


@dataclass(frozen=True)
class Evaluation:
    """What the evaluated date gave."""

    rows: int
    churned_share: float
    metrics: dict[str, float]


def evaluate(project: Project, *, as_of: date, out: Path, console: Console) -> Evaluation:
    """Train on what was known before `as_of`, score that morning, write scores beside the truth.

    out: a Parquet file, one row per eligible customer: customer_id, as_of_date, label (1 = churned),
    score (probability). The shop's tables and champion are not touched: everything is built in a
    schema of its own, which is dropped in the end, and in a registry of its own.
    """
    install_packages(project, console=console)
    target = target_of(project)
    schema = f"{target.schema}_evaluate_{as_of:%Y_%m_%d}"
    with tempfile.TemporaryDirectory(prefix="retention-evaluate-") as scratch:
        profiles = _profiles_for(project, target, schema=schema, models=Path(scratch) / "models_onnx")
        (Path(scratch) / "profiles.yml").write_text(profiles, encoding="utf-8")
        try:
            run_dbt(
                project,
                [
                    "build",
                    "--select",
                    *NODES.split(),
                    "--exclude-resource-type",
                    "test",
                    "--exclude-resource-type",
                    "unit_test",
                    "--target-path",
                    str(Path(scratch) / "target"),
                ],
                console=console,
                variables={"test_date": as_of.isoformat(), "training_policy": "always"},
                profiles_folder=Path(scratch),
            )
            return _write_scores(target, schema=schema, as_of=as_of, out=out)
        finally:
            _drop(target, schema=schema)


def _write_scores(target: Target, *, schema: str, as_of: date, out: Path) -> Evaluation:
    with _connected(target) as connection:
        scores = connection.sql(
            f"""
            select
                scores.customer_id,
                scores.as_of_date,
                cast(labels.is_churned as integer) as label,
                scores.churn_probability as score
            from "{schema}".ml_churn_scores as scores
            inner join "{schema}".int_retention__labels as labels
                on scores.customer_id = labels.customer_id and scores.as_of_date = labels.as_of_date
            where scores.split = 'test'
            order by scores.customer_id
            """
        ).to_arrow_table()
        [(threshold,)] = connection.sql(
            f'select decision_threshold from "{schema}".ml_churn_model where is_champion'
        ).fetchall()
        out.parent.mkdir(parents=True, exist_ok=True)
        beside = out.with_name(out.name + ".tmp")
        connection.from_arrow(scores).write_parquet(str(beside))
        os.replace(beside, out)
    labels: Floats = scores["label"].to_numpy().astype(float)
    return Evaluation(
        rows=len(labels),
        churned_share=float(labels.mean()),
        metrics=binary_metrics(labels, scores["score"].to_numpy(), threshold=threshold),
    )


def _profiles_for(project: Project, target: Target, *, schema: str, models: Path) -> str:
    """The project's profiles.yml with another schema and another folder of models."""
    profiles = yaml.safe_load((project.profiles_folder / "profiles.yml").read_text(encoding="utf-8"))
    profile: dict[str, Any] = profiles[target.profile_name]
    output = profile["outputs"][target.target_name]
    output |= {"path": str(target.path), "schema": schema}
    for plugin in output.get("plugins", []):
        if plugin["module"] == "dbt_retention.duckdb_plugin":
            plugin["config"] = plugin.get("config", {}) | {"models_path": str(models)}
            profile["target"] = target.target_name
            text: str = yaml.safe_dump({target.profile_name: profile})
            return text
    raise RetentionError(
        f"profile {target.profile_name} does not load the plugin dbt_retention.duckdb_plugin. "
        "Add it to the target's plugins. See docs/installing.md"
    )


def _drop(target: Target, *, schema: str) -> None:
    if target.path.is_file():
        with _connected(target) as connection:
            connection.execute(f'drop schema if exists "{schema}" cascade')


@contextmanager
def _connected(target: Target) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(str(target.path))
    try:
        yield connection
    finally:
        connection.close()
