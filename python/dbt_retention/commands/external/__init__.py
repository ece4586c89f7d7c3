"""`retention build` with scoring: external: dbt in several runs, and the package's functions between them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import Any

from rich.console import Console

from dbt_retention.commands.external.stages import Stage, calls_functions, stages_of
from dbt_retention.commands.external.tables import Warehouse, opened
from dbt_retention.dbt_runner import Project, dbt_result, run_dbt
from dbt_retention.errors import RetentionError

SWITCH = "RETENTION_SCORING"  # the environment variable that the macro is_external reads
BUILT = ("model", "seed", "snapshot", "test")  # what a build runs; unit tests need the functions in SQL


def is_external(project: Project) -> bool:
    """Whether the var scoring of the project, or the environment variable, is 'external'."""
    return "external" in (os.environ.get(SWITCH), project.var("scoring"))


def build_externally(
    project: Project,
    selection: Sequence[str],
    *,
    console: Console,
    target: str | None,
    variables: Mapping[str, Any] | None = None,
    warnings: list[str] | None = None,
) -> list[Any]:
    """What `dbt build` with `selection` (options of dbt; empty = everything) does; the results of its nodes.

    Every table that a model's functions compute is made between two runs of dbt, and dropped at the end.
    Raises RetentionError at the first failure, and where the target is not DuckDB; the tables of earlier
    builds stay.
    """
    options: dict[str, Any] = {"console": console, "target": target, "variables": variables}
    with scoring_is("external"), opened(project, target=target):  # fail before anything is built
        pass
    with scoring_is("external"):
        manifest = dbt_result(project, ["parse"], **options)
        selected = _selected(project, selection, manifest=manifest, options=options)
        stages = stages_of(manifest, selected)
        results: list[Any] = []
        try:
            for stage in stages:
                _compute(project, stage, manifest=manifest, options=options)
                results += run_dbt(
                    project,
                    ["build", "--exclude-resource-type", "unit_test", *_only(manifest, stage.nodes)],
                    manifest=manifest,
                    warnings=warnings,
                    **options,
                )
        except BaseException:
            with suppress(RetentionError):
                _drop(project, stages, manifest=manifest, target=target)
            raise
        _drop(project, stages, manifest=manifest, target=target)
    return results


@contextmanager
def scoring_is(value: str) -> Iterator[None]:
    """Set what the macro is_external reads, inside the with block: external or in_warehouse."""
    before = os.environ.get(SWITCH)
    os.environ[SWITCH] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[SWITCH]
        else:
            os.environ[SWITCH] = before


def _selected(
    project: Project, selection: Sequence[str], *, manifest: Any, options: Mapping[str, Any]
) -> set[str]:
    if not selection:
        return {name for name, node in manifest.nodes.items() if node.resource_type in BUILT}
    listed = dbt_result(
        project,
        ["ls", "--log-level", "none", "--output", "json", "--output-keys", "unique_id", *selection],
        manifest=manifest,
        **options,
    )
    names = {name for name, node in manifest.nodes.items() if node.resource_type in BUILT}
    return names & {json.loads(line)["unique_id"] for line in listed}


def _only(manifest: Any, names: Sequence[str]) -> list[str]:
    """dbt's options that select these nodes and no other, by their full names."""
    full_names = [f"fqn:{'.'.join(manifest.nodes[name].fqn)}" for name in names]
    return ["--select", *full_names, "--indirect-selection", "empty"]


def _compute(project: Project, stage: Stage, *, manifest: Any, options: Mapping[str, Any]) -> None:
    """Make the tables of the stage's external models from what dbt has built."""
    if not stage.external:
        return
    callers = [name for name in stage.external if calls_functions(manifest.nodes[name])]
    compiled: dict[str, str] = {}
    if callers:
        for result in run_dbt(
            project,
            ["compile", "--log-level", "none", *_only(manifest, callers)],
            manifest=manifest,
            **{**options, "console": Console(quiet=True)},
        ):
            compiled[result.node.unique_id] = result.node.compiled_code
            # dbt would otherwise not insert ephemeral models again when it builds the node.
            manifest.nodes[result.node.unique_id].extra_ctes_injected = False
    with opened(project, target=options["target"]) as warehouse:
        for name in stage.external:
            started = perf_counter()
            node = manifest.nodes[name]
            try:
                _make(warehouse, node, manifest=manifest, sql=compiled.get(name))
            except RetentionError as error:
                raise RetentionError(f"model {node.name}: {error}") from error
            options["console"].print(
                f"  {node.name}, outside dbt {perf_counter() - started:.1f} s",
                style="dim",
                highlight=False,
            )


def _make(warehouse: Warehouse, node: Any, *, manifest: Any, sql: str | None) -> None:
    if sql is not None:
        warehouse.apply_functions(node, sql=sql)
        return
    [python] = [one for one in manifest.disabled[node.unique_id] if one.language == "python"]
    inputs = [manifest.nodes[parent] for parent in node.depends_on.nodes if parent in manifest.nodes]
    warehouse.run_python_model(
        node, code=python.raw_code, relations={one.name: one.relation_name for one in inputs}
    )


def _drop(project: Project, stages: Sequence[Stage], *, manifest: Any, target: str | None) -> None:
    with opened(project, target=target) as warehouse:
        for stage in stages:
            for name in stage.external:
                warehouse.drop(manifest.nodes[name])
