"""`retention doctor`: checks an installation and a project, and names the fix for each problem."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any, Literal

import duckdb
import yaml
from packaging.requirements import Requirement
from rich.console import Console

from dbt_retention import __version__
from dbt_retention.commands.external import is_external
from dbt_retention.commands.init import set_inputs
from dbt_retention.commands.init_profile import STORAGE
from dbt_retention.commands.printed_json import print_json
from dbt_retention.commands.project_yaml import packages_folder, read_project
from dbt_retention.commands.publish.finished import invocation_of_last_build
from dbt_retention.commands.publish.serving_file import STORAGE_VERSION
from dbt_retention.dbt_runner import Project, profile_of, working_in
from dbt_retention.errors import ModelNotFoundError, RetentionError
from dbt_retention.input_contract import inputs
from dbt_retention.quoting import quoted_name
from dbt_retention.registry.scoring import Scorer
from dbt_retention.registry.store import Registry
from dbt_retention.warehouse import PLUGIN, Target, open_to_read, target_of

OLDEST_PYTHON = (3, 11)
FREE_TIMES_WAREHOUSE = 2  # erasure and publishing write a file beside the old one
FREE_BYTES = 1_000_000_000
READ_ALL_DAYS = 7  # as in docs/daily-use.md


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. fix: what to do; empty where status is ok."""

    name: str
    status: Literal["ok", "warning", "error"]
    found: str
    fix: str = ""


def doctor(folder: Path | None, *, target_name: str | None, console: Console, as_json: bool = False) -> None:
    """Print every check, and the fix of each problem.

    folder: the project's folder, as of --project. Raises RetentionError with the count of errors; a
    warning is none.
    """
    checks = list(_checks(folder, target_name=target_name))
    if as_json:
        print_json([asdict(check) for check in checks], console=console)
    else:
        for check in checks:
            line = f"{check.status:<8}{check.name}: {check.found}"
            console.print(line, highlight=False, soft_wrap=True, markup=False)
            if check.fix:
                console.print(f"        {check.fix}", highlight=False, soft_wrap=True, markup=False)
    errors = [check.name for check in checks if check.status == "error"]
    if errors:
        problems = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
        raise RetentionError(f"{problems}: {', '.join(errors)}. Each fix is printed above")


def _checks(folder: Path | None, *, target_name: str | None) -> Iterator[Check]:
    yield from _versions()
    try:
        project = Project.at(folder)
        settings = read_project(project)
    except RetentionError as error:
        yield Check("project", "error", str(error), "Run it in a dbt project, or name one: --project my_shop")
        return
    yield Check("project", "ok", f"{settings.get('name')}, in {project.folder}")
    yield _guarded("package", lambda: _package(project, settings))
    yield _guarded("inputs", lambda: _inputs(project, settings))
    try:
        with working_in(project.working_folder):
            profile = profile_of(project, target=target_name)
    except RetentionError as error:
        yield Check(
            "profile", "error", str(error), "Run: retention init, which writes one where there is none"
        )
        return
    yield _profile(profile, needs_plugin=not is_external(project))
    if profile.credentials.type != "duckdb":
        return
    try:
        target = target_of(project, target_name=target_name)
    except RetentionError as error:
        yield Check("warehouse", "warning", str(error), "Set path in profiles.yml to a file")
        return
    if not target.path.is_file():
        yield Check("warehouse", "warning", f"{target.path} does not exist yet", "Run: retention build")
        return
    yield _guarded("warehouse", lambda: _warehouse(target))
    yield _guarded("last build", lambda: _last_build(project, target))
    yield _guarded("inputs read", lambda: _inputs_read(target))
    yield _guarded("models", lambda: _models(target))
    yield _disk(target)


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    """The check, or an error with what it raised, whose message names the fix."""
    try:
        return check()
    except RetentionError as error:
        sentence, _, fix = str(error).rpartition(". ")
        return Check(name, "error", sentence or fix, fix if sentence else "See docs/installing.md")


def _versions() -> Iterator[Check]:
    """Python, and the installed version of each package that this one needs."""
    python = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield Check("python", "error", f"{python}; expected 3.11 or newer", "Create a new environment")
    try:
        needed = [Requirement(text) for text in requires("dbt-retention") or []]
    except PackageNotFoundError:
        needed = []
    wrong, shown = [], [f"dbt-retention {__version__}", f"Python {python}"]
    for requirement in needed:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is not installed; expected {requirement.specifier}")
            continue
        if requirement.name in ("dbt-core", "dbt-duckdb", "duckdb"):
            shown.append(f"{requirement.name} {found}")
        if not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} is {found}; expected {requirement.specifier}")
    if wrong:
        yield Check("versions", "error", "; ".join(wrong), "Run: pip install --upgrade dbt-retention")
    else:
        yield Check("versions", "ok", ", ".join(shown))


def _package(project: Project, settings: dict[str, Any]) -> Check:
    if settings.get("name") == "retention":
        return Check("package", "ok", "this project is the package itself")
    path = project.folder / "packages.yml"
    if not path.is_file():
        return Check("package", "error", "there is no packages.yml", "Run: retention init")
    installed = packages_folder(project, settings) / "retention" / "dbt_project.yml"
    if not installed.is_file():
        return Check(
            "package",
            "error",
            f"there is no package retention in {installed.parents[1]}",
            "Run: dbt deps; if packages.yml does not name dbt-retention, first: retention init",
        )
    found = str(yaml.safe_load(installed.read_text(encoding="utf-8")).get("version"))
    if found != __version__:
        return Check(
            "package",
            "error",
            f"the dbt package has version {found}, the Python package {__version__}",
            "Install the same version of both: pip install, then dbt deps",
        )
    return Check("package", "ok", f"dbt package {found}")


def _inputs(project: Project, settings: dict[str, Any]) -> Check:
    """Does a model, a seed or a source of the name of each input_ var exist?"""
    if settings.get("name") == "retention":
        return Check("inputs", "ok", "the example seeds")
    scopes = settings.get("vars") or {}
    values = {**scopes, **(scopes.get("retention") or {})}
    given = {name: str(values[name]) for name in set_inputs(settings)}
    if "input_orders" not in given:
        return Check("inputs", "error", "the var input_orders is not set", "Run: retention init")
    unknown = sorted(set(given) - {f"input_{name}" for name in inputs()})
    if unknown:
        return Check(
            "inputs", "error", f"{unknown[0]} is no input", "Its name is in docs/inputs.md; correct it"
        )
    paths = [settings.get(f"{kind}-paths") or [f"{kind}s"] for kind in ("model", "seed", "snapshot")]
    files = {
        path.stem
        for folders in paths
        for folder in folders
        for path in (project.folder / str(folder)).rglob("*")
        if path.suffix in (".sql", ".py", ".csv")
    }
    missing = [f"{name}: {value}" for name, value in given.items() if "." not in value and value not in files]
    if missing:
        return Check(
            "inputs",
            "error",
            f"no model or seed is named as in {missing[0]}",
            "Create it, or correct the var",
        )
    return Check("inputs", "ok", ", ".join(f"{name}: {value}" for name, value in given.items()))


def _profile(profile: Any, *, needs_plugin: bool) -> Check:
    credentials = profile.credentials
    found = f"{profile.profile_name}, target {profile.target_name}, {credentials.type}"
    if credentials.type != "duckdb":
        return Check("profile", "ok", found)
    if needs_plugin and not any(plugin.module == PLUGIN for plugin in credentials.plugins or []):
        return Check(
            "profile",
            "error",
            f"{found}; the plugin is missing",
            f"Add to the target: plugins: [{{module: {PLUGIN}, config: {{models_path: models_onnx}}}}]",
        )
    if STORAGE not in (credentials.config_options or {}):
        return Check(
            "profile",
            "warning",
            f"{found}; a new file can be read by DuckDB {duckdb.__version__} or newer only",
            f"Add to the target: config_options: {{{STORAGE}: {STORAGE_VERSION}}}",
        )
    return Check("profile", "ok", found)


def _warehouse(target: Target) -> Check:
    with open_to_read(target) as connection:
        [(storage,)] = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = current_database()"
        ).fetchall()
        [(marts,)] = connection.execute(
            "select count(*) from information_schema.tables where starts_with(table_name, 'mart_') "
            "and list_contains(current_schemas(false), table_schema)"
        ).fetchall()
    size = target.path.stat().st_size / 1e6
    found = f"{target.path}, {size:,.0f} MB, {marts} marts, storage version {storage}"
    if not marts:
        return Check("warehouse", "warning", found, "Run: retention build")
    if _numbers(str(storage)) > _numbers(STORAGE_VERSION):
        return Check(
            "warehouse",
            "warning",
            f"{found}: clients of DuckDB 1.4 cannot read it",
            "Publish a file that they can read: retention publish --duckdb serving/marts.duckdb",
        )
    return Check("warehouse", "ok", found)


def _numbers(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text)]


def _last_build(project: Project, target: Target) -> Check:
    invocation = invocation_of_last_build(project, target)
    return Check("last build", "ok", f"finished{f', invocation {invocation}' if invocation else ''}")


def _inputs_read(target: Target) -> Check:
    """The day on which all rows of the inputs were last read; see input_reload_days."""
    with open_to_read(target) as connection:
        tables = connection.execute(
            "select table_name from information_schema.columns where column_name = 'read_date' "
            "and list_contains(current_schemas(false), table_schema) order by table_name"
        ).fetchall()
        days = [
            connection.execute(f"select min(read_date), max(read_date) from {quoted_name(name)}").fetchone()
            for (name,) in tables
        ]
    read = [(first, last) for first, last in filter(None, days) if first is not None]
    if not read:
        return Check("inputs read", "ok", "completely, in every build")
    first, last = min(day for day, _ in read), max(day for _, day in read)
    found = f"all rows on {first}, new rows on {last}"
    if last - first > timedelta(days=READ_ALL_DAYS):
        return Check("inputs read", "warning", found, "Run: dbt build --vars '{input_reload_days: null}'")
    return Check("inputs read", "ok", found)


def _models(target: Target) -> Check:
    try:
        model = Scorer(Registry(target.models_path)).model("churn")
    except ModelNotFoundError as error:
        return Check("models", "warning", str(error).partition(". ")[0], "Run: retention build")
    return Check(
        "models", "ok", f"churn {model.card.version}, files as its card says, in {target.models_path}"
    )


def _disk(target: Target) -> Check:
    free = shutil.disk_usage(target.path.parent).free
    needed = max(FREE_BYTES, FREE_TIMES_WAREHOUSE * target.path.stat().st_size)
    found = f"{free / 1e9:,.1f} GB free in {target.path.parent}"
    if free < needed:
        return Check("disk", "error", found, f"Free {(needed - free) / 1e9:,.1f} GB, or move the warehouse")
    return Check("disk", "ok", found)
