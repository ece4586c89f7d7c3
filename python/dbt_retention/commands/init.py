"""`retention init`: adds the package, a profile and mapping models to a project."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from dbt_retention.commands.init_inputs import mappings, problems_of, tables_of
from dbt_retention.commands.init_profile import write_profile
from dbt_retention.commands.project_yaml import read_project
from dbt_retention.dbt_package import dbt_package_folder
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import target_of

NEXT_STEPS = """Next:
  retention build --publish serving/marts.duckdb
  retention summary
  retention report
  retention cockpit
See docs/installing.md"""


def init(project: Project, *, console: Console) -> None:
    """Set a project up: packages.yml, profiles.yml, and a mapping model for each input that is found.

    Files that exist are kept. What cannot be written is printed, to be added by hand. Raises RetentionError
    where packages.yml cannot be edited safely (nothing is written then), or the inputs are not usable yet.
    """

    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True, markup=False)

    _add_package(project, say=say)
    settings = read_project(project)
    written, by_hand = write_profile(project, settings)
    if written:
        say(f"Wrote {written.name}: profile {settings['profile']}, warehouse/{settings['profile']}.duckdb")
    by_hand, problems = list(by_hand), list[str]()
    if set_inputs(settings):
        say(f"dbt_project.yml sets {', '.join(set_inputs(settings))}; no mapping model was written.")
    else:
        lines, problems = _map_inputs(project, settings, say=say)
        by_hand += lines
    for line in by_hand:
        say(line)
    if problems:
        raise RetentionError(f"{'; '.join(problems)}. Edit the mapping model, and run: retention doctor")
    say(NEXT_STEPS)


def _add_package(project: Project, *, say: Callable[[str], None]) -> None:
    """Name the dbt package in packages.yml, or keep it where it is named already."""
    path = project.folder / "packages.yml"
    entry = _local_path(project.folder)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    packages = _packages_of(before, path)
    if any(str(package.get("local")) == entry for package in packages):
        say(f"{path.name} names {entry} already.")
    else:
        _refuse_another(packages, project.folder, entry)
        path.write_text(_with_entry(before, entry, packages), encoding="utf-8")
        say(f"Wrote {path.name}: local: {entry}")


def set_inputs(settings: dict[str, Any]) -> list[str]:
    """The input_ vars that dbt_project.yml sets, for the package or for all."""
    scopes = settings.get("vars") or {}
    return sorted(
        name
        for scope in (scopes, scopes.get("retention") or {})
        for name, value in scope.items()
        if str(name).startswith("input_") and value
    )


def _map_inputs(
    project: Project, settings: dict[str, Any], *, say: Callable[[str], None]
) -> tuple[list[str], list[str]]:
    """Write a mapping model per input that is found; return lines to add by hand, and problems."""
    found = mappings(tables_of(project, settings))
    if not any(mapping.input == "orders" for mapping in found):
        return [], [
            "no table of orders was found among seeds, CSV and Parquet files (in the project, data/ or raw/) "
            "and the warehouse; expected one row per order, with order_id, customer_id and ordered_at"
        ]
    model_paths = settings.get("model-paths") or ["models"]
    folder = project.folder / str(model_paths[0])
    sources: dict[str, list[str]] = {}
    variables, problems = {}, []
    for mapping in found:
        path = folder / "retention_inputs" / f"shop_{mapping.input}.sql"
        variables[f"input_{mapping.input}"] = path.stem
        from_warehouse = mapping.table.ref.startswith("{{ source(")
        sentence, wrong = problems_of(mapping, warehouse=target_of(project).path if from_warehouse else None)
        problems += wrong
        if from_warehouse:
            schema, _, table = mapping.table.place.partition(".")
            sources.setdefault(schema, []).append(table)
        if path.exists():
            say(f"{path.relative_to(project.folder)} exists, and was kept.")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(mapping.sql(), encoding="utf-8")
        say(f"Wrote {path.relative_to(project.folder)}: {sentence}")
    if sources:
        _write_sources(folder / "retention_inputs" / "sources.yml", sources)
    return _set_variables(project, settings, variables, say=say), problems


def _write_sources(path: Path, sources: dict[str, list[str]]) -> None:
    if not path.exists():
        listed = [
            {"name": schema, "schema": schema, "tables": [{"name": table} for table in tables]}
            for schema, tables in sources.items()
        ]
        path.write_text(yaml.safe_dump({"version": 2, "sources": listed}, sort_keys=False), encoding="utf-8")


def _set_variables(
    project: Project, settings: dict[str, Any], variables: dict[str, str], *, say: Callable[[str], None]
) -> list[str]:
    """Append the vars to a dbt_project.yml that has none; else return the lines to add by hand."""
    lines = ["vars:", "  retention:", *(f"    {name}: {model}" for name, model in variables.items())]
    path = project.folder / "dbt_project.yml"
    if "vars" in settings:
        return ["Add to dbt_project.yml:", *lines]
    text = path.read_text(encoding="utf-8")
    newline = "\r\n" if "\r\n" in text else "\n"
    edited = text.rstrip() + newline * 2 + newline.join(lines) + newline
    if yaml.safe_load(edited) != settings | {"vars": {"retention": variables}}:
        return ["Add to dbt_project.yml:", *lines]
    path.write_text(edited, encoding="utf-8", newline="")
    say(f"Wrote dbt_project.yml: {', '.join(variables)}")
    return []


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
