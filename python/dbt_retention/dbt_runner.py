"""Runs dbt in this process, shows progress, and raises its failures as RetentionError."""

from __future__ import annotations

import json
import os
import re
import tempfile
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt.config.runtime import load_profile
from dbt.flags import set_from_args
from dbt_common.context import set_invocation_context
from dbt_common.exceptions import DbtRuntimeError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dbt_retention.errors import RetentionError, who_holds_it

_NOISE = re.compile(
    r"^(Runtime Error|Compilation Error|Database Error|Parsing Error|Python model failed:?"
    r"|> in macro .*|> called by .*|compiled code at .*|  )?$"
)
_HEADING = re.compile(r"^(Runtime|Compilation|Database|Parsing) Error( in .*)?$")
_PREFIX = re.compile(
    r"^(?:Invalid Input Error: Python exception occurred while executing the UDF: )?"
    r"(?:dbt_retention\.errors\.)?\w+Error: "
)
_UNKNOWN_NODE = re.compile(r"depends on a (?:node|source) named '([^']+)'.* which was not found")


@dataclass(frozen=True)
class Project:
    """A dbt project, and the folder with its profiles.yml."""

    folder: Path
    profiles_folder: Path

    @classmethod
    def at(cls, folder: Path | None) -> Project:
        """The project in `folder`; None = the working folder, or dbt_project in it.

        profiles.yml is taken from the project's folder, else from the working folder, else from ~/.dbt.
        Raises RetentionError where there is no dbt_project.yml.
        """
        places = [folder] if folder is not None else [Path(), Path("dbt_project")]
        found = next((place.resolve() for place in places if (place / "dbt_project.yml").is_file()), None)
        if found is None:
            where = f"{folder} is not a dbt project: it has" if folder else "the working folder has"
            raise RetentionError(
                f"{where} no dbt_project.yml. Name the project's folder: --project examples/complete_journey"
            )
        for candidate in (found, Path.cwd()):
            if (candidate / "profiles.yml").is_file():
                return cls(found, candidate)
        return cls(found, Path.home() / ".dbt")

    @property
    def working_folder(self) -> Path:
        """The folder in which dbt runs; relative paths of the profile start here."""
        return self.folder if self.profiles_folder == self.folder else Path.cwd()

    def input_named(self, name: str) -> str | None:
        """The input_ var of dbt_project.yml whose value is the model or source `name`, if there is one."""
        project = yaml.safe_load((self.folder / "dbt_project.yml").read_text(encoding="utf-8"))
        scopes = [project.get("vars") or {}]
        scopes += [scope for scope in scopes[0].values() if isinstance(scope, dict)]
        for scope in scopes:
            for key, value in scope.items():
                if key.startswith("input_") and str(value).split(".")[-1] == name.rsplit(".", maxsplit=1)[-1]:
                    return str(key)
        return None

    def var(self, name: str) -> Any:
        """What dbt_project.yml sets a var of the package to; None = nothing."""
        project = yaml.safe_load((self.folder / "dbt_project.yml").read_text(encoding="utf-8"))
        given = project.get("vars") or {}
        of_package = given.get("retention")
        return (given | (of_package if isinstance(of_package, dict) else {})).get(name)


def run_dbt(
    project: Project,
    command: Sequence[str],
    *,
    console: Console,
    variables: Mapping[str, Any] | None = None,
    profiles_folder: Path | None = None,
    target: str | None = None,
    warnings: list[str] | None = None,
    manifest: Any = None,
) -> list[Any]:
    """Run a dbt command on `project`; return the results of its nodes.

    target: an output of the profile; None = its default. warnings: a list that receives the warnings of the
    package, such as a model that could not be trained; None = they are printed. manifest: the project as
    dbt_result of `parse` gave it; None = dbt reads the project. Raises RetentionError for the first failed
    node by name. DuckDB's connections are closed at the end, so that other processes can open the warehouse.
    """
    result = dbt_result(
        project,
        command,
        console=console,
        variables=variables,
        profiles_folder=profiles_folder,
        target=target,
        warnings=warnings,
        manifest=manifest,
    )
    return list(getattr(result, "results", None) or [])


def dbt_result(
    project: Project,
    command: Sequence[str],
    *,
    console: Console,
    variables: Mapping[str, Any] | None = None,
    profiles_folder: Path | None = None,
    target: str | None = None,
    warnings: list[str] | None = None,
    manifest: Any = None,
) -> Any:
    """Run a dbt command as run_dbt does; return what dbt returns: of `parse` the manifest, of `ls` a list."""
    folder = profiles_folder or project.profiles_folder
    arguments = [
        "--quiet",
        "--no-use-colors",
        "--no-send-anonymous-usage-stats",  # nothing about a shop leaves the machine
        *command,
        "--project-dir",
        str(project.folder),
        "--profiles-dir",
        str(folder),
        *(["--target", target] if target else []),
    ]
    if variables:
        arguments += ["--vars", yaml.safe_dump(dict(variables), default_flow_style=True, width=10_000)]
    needs_engine = command[0] not in ("deps", "parse", "ls")
    with (
        working_in(project.working_folder),
        engine(project, profiles_folder=folder, target=target) if needs_engine else nullcontext(),
        _Steps(console, warnings=warnings) as steps,
    ):
        try:
            outcome = dbtRunner(manifest=manifest, callbacks=[steps.hear]).invoke(arguments)
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if outcome.exception is not None:
        raise RetentionError(readable(str(outcome.exception), project=project))
    results = list(getattr(outcome.result, "results", None) or [])
    failures = [result for result in results if str(result.status) in ("error", "fail")]
    for result in sorted(failures, key=lambda failure: str(failure.node.unique_id)):
        node = f"{result.node.resource_type} {result.node.name}"
        message = readable(result.message or "", project=project)
        broken = [line for line in steps.broken_claims if f"{line.split(':')[0]}__claims" == result.node.name]
        raise RetentionError(f"{node}: {'; '.join([message, *broken])}")
    return outcome.result


def profile_of(project: Project, *, profiles_folder: Path | None = None, target: str | None = None) -> Any:
    """dbt's profile of the project, with target_name and credentials. Call it in the working folder."""
    folder = profiles_folder or project.profiles_folder
    flags = Namespace(profiles_dir=str(folder), project_dir=str(project.folder))
    set_invocation_context(dict(os.environ))
    set_from_args(flags, {})
    try:
        return load_profile(str(project.folder), {}, target_override=target)
    except DbtRuntimeError as error:
        message = readable(str(error))
        if "adapter type spark" in message:
            named = f"target '{target}'" if target else "the profile's target"
            message = f"{named} needs the extra spark. Run: pip install 'dbt-retention[spark]'"
        raise RetentionError(message) from error


def engine(project: Project, *, profiles_folder: Path, target: str | None) -> AbstractContextManager[object]:
    """The context in which dbt runs: on Spark a session with the package's functions, on DuckDB nothing."""
    credentials = profile_of(project, profiles_folder=profiles_folder, target=target).credentials
    if credentials.type != "spark":
        return nullcontext()
    if credentials.method != "session":
        raise RetentionError(
            f"the target's method is {credentials.method}; expected session, because SQL calls functions of "
            "this process. A session can use a cluster: set spark.master. See docs/spark.md"
        )
    from dbt_retention.spark_plugin import spark_for_dbt  # noqa: PLC0415  (pyspark is an extra)

    return spark_for_dbt(credentials.server_side_parameters)


def install_packages(project: Project, *, console: Console) -> None:
    """Run `dbt deps` where packages.yml exists and no package is installed."""
    if (project.folder / "packages.yml").is_file() and not (project.folder / "dbt_packages").is_dir():
        run_dbt(project, ["deps"], console=console)


def models_named(
    project: Project, prefix: str, *, console: Console, variables: Mapping[str, Any] | None = None
) -> list[str]:
    """Names of the enabled models that start with `prefix`, those of packages included.

    The project is parsed with `variables` into a scratch folder, so that the cache of the next build stays.
    """
    with tempfile.TemporaryDirectory(prefix="retention-parse-") as scratch:
        run_dbt(project, ["parse", "--target-path", scratch], console=console, variables=variables)
        manifest = json.loads((Path(scratch) / "manifest.json").read_text(encoding="utf-8"))
    return [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["name"].startswith(prefix)
    ]


def readable(message: str, *, project: Project | None = None) -> str:
    """dbt's error message without headings, macro call stack and exception names."""
    unknown = _UNKNOWN_NODE.search(message)
    if unknown:
        name = unknown.group(1)
        var = project.input_named(name) if project else None
        return (
            (f"{var} is" if var else "an input_ var or a ref names")
            + f" '{name}', which is not a model, seed or source of the project. Expected a model's name, "
            "or 'source.table' for a declared source. See docs/inputs.md"
        )
    lines = [line.strip() for line in who_holds_it(message).strip().splitlines()]
    kept = [
        _PREFIX.sub("", line)
        for line in lines
        if line and not _NOISE.match(line) and not _HEADING.match(line)
    ]
    return " ".join(kept) or message.strip()


class _Steps:
    """A progress bar: the node that dbt builds, and how many of how many are done."""

    def __init__(self, console: Console, *, warnings: list[str] | None) -> None:
        self._warnings = warnings
        self._progress = Progress(
            TextColumn("{task.description:<44}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._console = console
        self._task = self._progress.add_task("reading the project", total=None)
        self._done, self._total = 0, 0
        self.broken_claims: list[str] = []

    def __enter__(self) -> _Steps:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._progress.stop()

    def hear(self, event: Any) -> None:
        """Callback for dbt's events."""
        name = event.info.name
        if name == "LogStartLine":
            self._total = event.data.total
            self._progress.update(
                self._task, description=_short(event.data.description), total=event.data.total
            )
        elif name == "JinjaLogWarning":  # dbt does not print it with --quiet
            message = readable(event.data.msg)
            if self._warnings is not None:
                self._warnings.append(message)
            else:
                self._console.print(message, style="yellow", highlight=False, soft_wrap=True)
        elif name == "JinjaLogInfo" and ": broken by " in event.data.msg:  # the macro report_broken_claims
            self.broken_claims.append(event.data.msg)
        elif name == "NodeFinished":
            self._progress.advance(self._task)
            self._done += 1
            if not self._console.is_terminal and event.data.node_info.resource_type == "model":
                count = f"{self._done}/{self._total}" if self._total else str(self._done)
                seconds = event.data.run_result.execution_time
                self._console.print(
                    f"  {count} {event.data.node_info.node_name} {seconds:.1f} s",
                    style="dim",
                    highlight=False,
                )


def _short(description: str) -> str:
    return description.rsplit(".", maxsplit=1)[-1][:44]


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Change the working folder inside the with block."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
