"""`retention evaluate`: backtests a past date in schemas of its own, and compares scores with churn labels.

The metrics themselves are in `training/metrics.py`.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from dbt_retention.arrays import Floats
from dbt_retention.commands.external import scoring_is
from dbt_retention.commands.printed_json import print_json
from dbt_retention.dbt_runner import Project, install_packages, run_dbt
from dbt_retention.errors import RetentionError
from dbt_retention.quoting import quoted_name
from dbt_retention.training.metrics import binary_metrics
from dbt_retention.warehouse import EVALUATION, Target, open_to_write, target_of

SCORES_AND_LABELS = ("ml_churn_scores", "int_retention__labels")
WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


@dataclass(frozen=True)
class Evaluation:
    """Result of a backtest. churned_share: 0 to 1; metrics: those of `binary_metrics`, by name."""

    rows: int
    churned_share: float
    metrics: dict[str, float]


def evaluate(
    project: Project, *, as_of: date, out: Path, console: Console, target_name: str | None = None
) -> Evaluation:
    """Train with data known before `as_of`, score the customers on `as_of`, write scores and labels.

    out: a Parquet file with one row per eligible customer: customer_id, as_of_date, label (1 = churned),
    score (churn probability). target_name: an output of the profile; None = its default. The shop's tables
    and champions are not touched: everything is built in schemas of its own, which are dropped at the end,
    with a registry of its own. Raises RetentionError where this is not possible, before anything is built.
    """
    if out.is_dir():
        raise RetentionError(
            f"--out is {out}, which is a folder; expected a file, e.g. {out / 'scores.parquet'}"
        )
    install_packages(project, console=console)
    target = target_of(project, target_name=target_name)
    schema = f"{target.schema}{EVALUATION}{as_of:%Y_%m_%d}"
    with tempfile.TemporaryDirectory(prefix="retention-evaluate-") as scratch:
        profiles = _profiles_for(project, target, schema=schema, models=Path(scratch) / "models_onnx")
        (Path(scratch) / "profiles.yml").write_text(profiles, encoding="utf-8")
        artifacts = Path(scratch) / "target"

        def dbt(*command: str) -> None:
            variables = {"test_date": as_of.isoformat(), "training_policy": "always"}
            with scoring_is("in_warehouse"):  # the profile has the plugin: _profiles_for asks for it
                run_dbt(
                    project,
                    [*command, "--target-path", str(artifacts)],
                    console=console,
                    variables=variables | {"scoring": "in_warehouse"},
                    profiles_folder=Path(scratch),
                )

        dbt("parse")
        manifest = json.loads((artifacts / "manifest.json").read_text(encoding="utf-8"))
        built = _nodes_to_build(manifest)
        _refuse_other_schemas(built, schema=schema)
        with _dropped_at_the_end(target, {node["schema"] for node in built}):
            dbt("build", "--select", *(f"+{name}" for name in SCORES_AND_LABELS), *WITHOUT_TESTS)
            return _write_scores(
                target, relations={node["name"]: node["relation_name"] for node in built}, out=out
            )


def print_evaluation(
    result: Evaluation, *, as_of: date, out: Path, console: Console, as_json: bool = False
) -> None:
    """Print the metrics, and where the scores are."""
    if as_json:
        found = {"as_of_date": str(as_of), "rows": result.rows, "churned_share": result.churned_share}
        found |= {"metrics": result.metrics, "out": str(out)}
        print_json(found, console=console)
        return
    console.print(f"{result.rows:,} customers on {as_of}, {result.churned_share:.2%} churned.")
    for name, value in result.metrics.items():
        console.print(f"  {name:<28} {value:.4f}")
    console.print(f"Scores and labels: {out}")


def _nodes_to_build(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The models and seeds that SCORES_AND_LABELS needs, and these two."""
    nodes = manifest["nodes"]
    waiting = [f"model.retention.{name}" for name in SCORES_AND_LABELS]
    found: dict[str, dict[str, Any]] = {}
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in found:
            found[name] = nodes[name]
            waiting += manifest["parent_map"][name]
    return list(found.values())


def _refuse_other_schemas(built: list[dict[str, Any]], *, schema: str) -> None:
    for node in built:
        if node["schema"] != schema and not node["schema"].startswith(f"{schema}_"):
            raise RetentionError(
                f"{node['resource_type']} {node['name']} would be built in schema '{node['schema']}' and "
                "would replace the shop's table: the project's macro generate_schema_name ignores the schema "
                f"of the target ('{schema}'). Change the macro so that every schema begins with "
                "target.schema. See docs/commands.md"
            )


def _write_scores(target: Target, *, relations: dict[str, str], out: Path) -> Evaluation:
    with closing(open_to_write(target.path)) as connection:
        scores = connection.sql(
            f"""
            select
                scores.customer_id,
                scores.as_of_date,
                cast(labels.is_churned as integer) as label,
                scores.churn_probability as score
            from {relations["ml_churn_scores"]} as scores
            inner join {relations["int_retention__labels"]} as labels
                on scores.customer_id = labels.customer_id and scores.as_of_date = labels.as_of_date
            where scores.split = 'test'
            order by scores.customer_id
            """
        ).to_arrow_table()
        [(threshold, refusal)] = connection.sql(
            f"select max(decision_threshold), max(not_trained_because) from {relations['ml_churn_model']}"
        ).fetchall()
        if refusal is not None:
            raise RetentionError(f"cannot evaluate, because no model was trained: {refusal}")
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = out.with_name(out.name + ".tmp")
        try:
            connection.from_arrow(scores).write_parquet(str(temporary))
            os.replace(temporary, out)
        finally:
            temporary.unlink(missing_ok=True)
    labels: Floats = scores["label"].to_numpy().astype(float)
    return Evaluation(
        rows=len(labels),
        churned_share=float(labels.mean()),
        metrics=binary_metrics(labels, scores["score"].to_numpy(), threshold=threshold),
    )


def _profiles_for(project: Project, target: Target, *, schema: str, models: Path) -> str:
    """The project's profiles.yml with another schema and another registry."""
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


@contextmanager
def _dropped_at_the_end(target: Target, schemas: set[str]) -> Iterator[None]:
    """Drop the schemas afterwards. An error of the build is not hidden by an error while dropping."""
    try:
        yield
    except BaseException:
        with suppress(RetentionError):
            _drop(target, schemas)
        raise
    _drop(target, schemas)


def _drop(target: Target, schemas: set[str]) -> None:
    with closing(open_to_write(target.path)) as connection:
        for schema in sorted(schemas):
            connection.execute(f"drop schema if exists {quoted_name(schema)} cascade")
