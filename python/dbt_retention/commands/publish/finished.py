"""Did the last build finish? After a failed or interrupted build, the warehouse holds marts of two builds."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import yaml

from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target

BUILDS = ("build", "run", "retry")  # dbt's commands that write tables


def building_marker(target: Target) -> Path:
    """The file that `retention build` creates before it starts, and removes when it has succeeded."""
    return target.path.with_name(f".{target.path.name}.building")


def invocation_of_last_build(project: Project, target: Target) -> str | None:
    """dbt's id of the last build; None = it is not known.

    Read from dbt's run_results.json. Raises RetentionError where a model or a test of the package failed, or
    where a `retention build` was interrupted.
    """
    path = _results_path(project)
    results = _read(path)
    is_build = results.get("args", {}).get("which") in BUILDS
    if is_build:
        _refuse_failures(results)
    marker = building_marker(target)
    if marker.exists() and not (is_build and path.stat().st_mtime > marker.stat().st_mtime):
        raise RetentionError(
            f"the last build of {target.path} did not finish, so its marts may be of two builds; nothing was "
            "published. Run: retention build"
        )
    return results["metadata"]["invocation_id"] if is_build else None


def _refuse_failures(results: dict[str, Any]) -> None:
    failed = [
        str(result["unique_id"])
        for result in results.get("results", [])
        if result.get("status") in ("error", "fail") and ".retention." in str(result.get("unique_id"))
    ]
    if failed:
        kind, _, name, *_ = failed[0].split(".")
        raise RetentionError(
            f"the last build failed at {kind} {name}, so its marts may be of two builds or wrong; nothing "
            "was published. Run: retention build"
        )


def _results_path(project: Project) -> Path:
    settings = yaml.safe_load((project.folder / "dbt_project.yml").read_text(encoding="utf-8"))
    folder = os.environ.get("DBT_TARGET_PATH") or settings.get("target-path") or "target"
    return project.folder / str(folder) / "run_results.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return results if isinstance(results, dict) else {}
