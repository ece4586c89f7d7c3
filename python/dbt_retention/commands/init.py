"""Adds the dbt package, as this installation holds it, to a project's packages.yml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from dbt_retention.dbt_package import dbt_package_folder
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError

NEXT_STEPS = """Next:
  1. dbt deps
  2. In profiles.yml, under the DuckDB output:
       config_options: {storage_compatibility_version: v1.4.0}
       plugins:
         - module: dbt_retention.duckdb_plugin
           config: {models_path: models_onnx}
  3. One model per input, at least for orders, and its name in dbt_project.yml:
       vars: {retention: {input_orders: my_orders}}
  4. retention build
See docs/installing.md"""


def init(project: Project, *, console: Console) -> None:
    """Name the dbt package in packages.yml (kept where it does already), and print what comes next.

    Raises RetentionError, and writes nothing, where packages.yml cannot be edited safely.
    """
    path = project.folder / "packages.yml"
    entry = _local_path(project.folder)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    packages = _packages_of(before, path)
    if any(str(package.get("local")) == entry for package in packages):
        console.print(f"{path.name} names {entry} already.", highlight=False, soft_wrap=True)
    else:
        _refuse_another(packages, project.folder, entry)
        path.write_text(_with_entry(before, entry, packages), encoding="utf-8")
        console.print(f"Wrote {path.name}: local: {entry}", highlight=False, soft_wrap=True)
    console.print(NEXT_STEPS, highlight=False, soft_wrap=True, markup=False)


def _local_path(project_folder: Path) -> str:
    """Relative where the package lies in the project's folder or beside it, else absolute."""
    folder = dbt_package_folder()
    relative = Path(os.path.relpath(folder, project_folder))
    return (folder if relative.parts[:2] == ("..", "..") else relative).as_posix()


def _packages_of(text: str, path: Path) -> list[dict[str, Any]]:
    try:
        contents = yaml.safe_load(text) or {}
        packages = contents.get("packages") or []
        if all(isinstance(package, dict) for package in packages):
            return list(packages)
    except (yaml.YAMLError, AttributeError, TypeError):
        pass
    raise RetentionError(
        f"{path} is not a list of packages; expected 'packages:' with one entry per line, such as "
        "'- local: path'. See docs/installing.md"
    )


def _refuse_another(packages: list[dict[str, Any]], folder: Path, entry: str) -> None:
    for package in packages:
        where = str(package.get("local") or package.get("git") or package.get("tarball") or "")
        ours = folder / where / "dbt_project.yml"
        is_ours = (
            ours.is_file() and yaml.safe_load(ours.read_text(encoding="utf-8")).get("name") == "retention"
        )
        if is_ours or "dbt_retention/dbt_project" in where or "dbt-retention" in where:
            raise RetentionError(
                f"packages.yml names dbt-retention as {where}; expected one entry. Remove it, then run "
                f"retention init, which adds {entry}"
            )


def _with_entry(text: str, entry: str, packages: list[dict[str, Any]]) -> str:
    added = f"- local: {entry}"
    lines = text.splitlines()
    if not packages:
        kept = [line for line in lines if line.split("#")[0].strip() not in ("packages:", "packages: []")]
        edited = "\n".join([*kept, "packages:", f"  {added}", ""])
    else:
        first = next((number for number, line in enumerate(lines) if line.lstrip().startswith("- ")), None)
        if first is None:
            raise RetentionError(f"packages.yml is not written with one entry per line. Add by hand: {added}")
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        edited = "\n".join([*lines[:first], indent + added, *lines[first:], ""])
    try:
        written = yaml.safe_load(edited)["packages"]
    except (yaml.YAMLError, KeyError, TypeError):
        written = None
    if written is None or len(written) != len(packages) + 1:
        raise RetentionError(f"packages.yml cannot be edited safely. Add by hand under packages: {added}")
    return edited
