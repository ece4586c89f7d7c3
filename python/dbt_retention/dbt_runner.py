"""Runs dbt in this process, shows progress, and turns its failures into sentences."""

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

from dbt_retention.errors import RetentionError

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
    """A dbt project on disk, and the folder whose profiles.yml it runs with."""

    folder: Path
    profiles_folder: Path

    @classmethod
    def at(cls, folder: Path | None) -> Project:
        """The project in `folder`; its own profiles.yml goes before that of the working folder.

        None: the working folder where it is a dbt project, or else the folder dbt_project in it.
        """
        places = [folder] if folder is not None else [Path(), Path("dbt_project")]
        whole = next((place.resolve() for place in places if (place / "dbt_project.yml").is_file()), None)
        if whole is None:
            where = f"{folder} is not a dbt project: it has" if folder else "the working folder has"
            raise RetentionError(f"{where} no dbt_project.yml. Name one: --project examples/complete_journey")
        for candidate in (whole, Path.cwd()):
            if (candidate / "profiles.yml").is_file():
                return cls(whole, candidate)
        return cls(whole, Path.home() / ".dbt")

    @property
    def working_folder(self) -> Path:
        """Where dbt runs, and what relative paths in the profile start from."""
        return self.folder if self.profiles_folder == self.folder else Path.cwd()

    def input_named(self, name: str) -> str | None:
        """The input_ var of dbt_project.yml that names `name`, if one does."""
        project = yaml.safe_load((self.folder / "dbt_project.yml").read_text(encoding="utf-8"))
        scopes = [project.get("vars") or {}]
        scopes += [scope for scope in scopes[0].values() if isinstance(scope, dict)]
        for scope in scopes:
            for key, value in scope.items():
                if key.startswith("input_") and str(value).split(".")[-1] == name.rsplit(".", maxsplit=1)[-1]:
                    return str(key)
        return None


def run_dbt(
    project: Project,
    command: Sequence[str],
    *,
    console: Console,
    variables: Mapping[str, Any] | None = None,
    profiles_folder: Path | None = None,
    target: str | None = None,
    warnings: list[str] | None = None,
) -> list[Any]:
    """Run a dbt command on `project`; the results of its nodes.

    target: an output of the profile, None = its default. warnings: gets what the package warned of, such as a
    model that could not be trained; None = they are printed. Raises RetentionError with the first failure, by
    name, in words. DuckDB's connections are closed in the end, so that others can open the warehouse.
    """
    folder = profiles_folder or project.profiles_folder
    words = [
        "--quiet",
        "--no-use-colors",
        *command,
        "--project-dir",
        str(project.folder),
        "--profiles-dir",
        str(folder),
        *(["--target", target] if target else []),
    ]
    if variables:
        words += ["--vars", yaml.safe_dump(dict(variables), default_flow_style=True, width=10_000)]
    needs_engine = command[0] not in ("deps", "parse")
    with (
        working_in(project.working_folder),
        engine(project, profiles_folder=folder, target=target) if needs_engine else nullcontext(),
        _Steps(console, warnings=warnings) as steps,
    ):
        try:
            outcome = dbtRunner(callbacks=[steps.hear]).invoke(words)
        finally:
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if outcome.exception is not None:
        raise RetentionError(in_words(str(outcome.exception), project=project))
    results = list(getattr(outcome.result, "results", None) or [])
    failures = [result for result in results if str(result.status) in ("error", "fail")]
    for result in sorted(failures, key=lambda failure: str(failure.node.unique_id)):
        what = f"{result.node.resource_type} {result.node.name}"
        message = in_words(result.message or "", project=project)
        raise RetentionError(f"{what}: {message}")
    return results


def profile_of(project: Project, *, profiles_folder: Path | None = None, target: str | None = None) -> Any:
    """dbt's profile of the project: target_name, credentials and so on. Call it in its working folder."""
    folder = profiles_folder or project.profiles_folder
    flags = Namespace(profiles_dir=str(folder), project_dir=str(project.folder))
    set_invocation_context(dict(os.environ))
    set_from_args(flags, {})
    try:
        return load_profile(str(project.folder), {}, target_override=target)
    except DbtRuntimeError as error:
        message = in_words(str(error))
        if "adapter type spark" in message:
            named = f"target '{target}'" if target else "the profile's target"
            message = f"{named} needs the extra spark: pip install 'dbt-retention[spark]'"
        raise RetentionError(message) from error


def engine(project: Project, *, profiles_folder: Path, target: str | None) -> AbstractContextManager[object]:
    """What the target needs while dbt works: on Spark a session with our functions, on DuckDB nothing."""
    credentials = profile_of(project, profiles_folder=profiles_folder, target=target).credentials
    if credentials.type != "spark":
        return nullcontext()
    if credentials.method != "session":
        raise RetentionError(
            f"the target's method is {credentials.method}; expected session, for scores call functions of "
            "this process. A session can run on a cluster too: spark.master. See docs/spark.md"
        )
    from dbt_retention.spark_plugin import spark_for_dbt  # noqa: PLC0415  (pyspark is an extra)

    return spark_for_dbt(credentials.server_side_parameters)


def install_packages(project: Project, *, console: Console) -> None:
    """`dbt deps` where the project names packages that are not installed yet."""
    if (project.folder / "packages.yml").is_file() and not (project.folder / "dbt_packages").is_dir():
        run_dbt(project, ["deps"], console=console)


def models_named(
    project: Project, prefix: str, *, console: Console, variables: Mapping[str, Any] | None = None
) -> list[str]:
    """Names of the models that dbt would build and that start so, those of packages too.

    The project is read with `variables`, beside its own target folder: the next build's cache stays.
    """
    with tempfile.TemporaryDirectory(prefix="retention-parse-") as scratch:
        run_dbt(project, ["parse", "--target-path", scratch], console=console, variables=variables)
        manifest = json.loads((Path(scratch) / "manifest.json").read_text(encoding="utf-8"))
    return [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["name"].startswith(prefix)
    ]


def in_words(message: str, *, project: Project | None = None) -> str:
    """dbt's failure message without its headings, macro trail and exception names."""
    unknown = _UNKNOWN_NODE.search(message)
    if unknown:
        name = unknown.group(1)
        var = project.input_named(name) if project else None
        return (
            f"{var or 'an input_ var, or a ref,'} names '{name}', and the project has no model, seed or "
            "source called that. Write the name of a model of yours, or 'source.table' for a declared "
            "source. See docs/inputs.md"
        )
    lines = [line.strip() for line in message.strip().splitlines()]
    kept = [
        _PREFIX.sub("", line)
        for line in lines
        if line and not _NOISE.match(line) and not _HEADING.match(line)
    ]
    return " ".join(kept) or message.strip()


class _Steps:
    """One line that moves while dbt works: which of how many nodes is being built."""

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

    def __enter__(self) -> _Steps:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._progress.stop()

    def hear(self, event: Any) -> None:
        """Called by dbt with each of its events."""
        name = event.info.name
        if name == "LogStartLine":
            self._progress.update(
                self._task, description=_short(event.data.description), total=event.data.total
            )
        elif name == "JinjaLogWarning":  # dbt --quiet would swallow it
            message = in_words(event.data.msg)
            if self._warnings is not None:
                self._warnings.append(message)
            else:
                self._console.print(message, style="yellow", highlight=False, soft_wrap=True)
        elif name == "NodeFinished":
            self._progress.advance(self._task)
            if not self._console.is_terminal and event.data.node_info.resource_type == "model":
                self._console.print(f"  {event.data.node_info.node_name}", style="dim", highlight=False)


def _short(description: str) -> str:
    return description.rsplit(".", maxsplit=1)[-1][:44]


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Make `folder` the working folder for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
