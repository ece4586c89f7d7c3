"""`retention build` and `retention train`: dbt builds the project, or trains its models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from dbt_common.invocation import get_invocation_id
from rich.console import Console

from dbt_retention.commands.external import build_externally, is_external
from dbt_retention.commands.publish import Destination, publish
from dbt_retention.commands.publish.finished import building_marker
from dbt_retention.commands.slices import selection_of
from dbt_retention.dbt_runner import Project, install_packages, profile_of, run_dbt, working_in
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import target_of

MODELS = ("ml_churn_model", "ml_segment_model", "int_retention__uplift_model")
NOT_TRAINED = "Warning: "  # the first word of the macro warn_if_not_trained
# A test that compares two tables runs only where dbt builds both, or what is above them.
ONLY_BUILT = ("--indirect-selection", "buildable")


def build(
    project: Project,
    *,
    select: str | None,
    only: str | None,
    target: str | None,
    console: Console,
    serving_file: Path | None = None,
) -> None:
    """Run `dbt build`, print how many nodes were built, and publish the marts.

    select: a dbt selection; only: names of slices, separated by commas; both None = everything. target: an
    output of the profile; None = its default. serving_file: the DuckDB file to publish to; None = do not
    publish. Raises RetentionError where a node fails, or nothing is selected; nothing is published then.
    """
    install_packages(project, console=console)
    selection = [*(select.split() if select else []), *(selection_of(only) if only else [])]
    options = ["--select", *selection, *ONLY_BUILT] if selection else []
    started = perf_counter()
    with _marked(project, target=target):
        results = _build(project, options, console=console, target=target)
    if not results:
        raise RetentionError(
            f"--select is '{select}', which matches nothing in this project; nothing was built. Names of all "
            "models: dbt ls"
        )
    warned = [result.node.name for result in results if str(result.status) == "warn"]
    outcome = f"{len(warned):,} with warnings: {', '.join(warned)}" if warned else "no warnings"
    console.print(
        f"Built {len(results):,} nodes, tests included, in {perf_counter() - started:.0f} s; {outcome}."
    )
    if serving_file:
        publish(
            target_of(project, target_name=target),
            [Destination("duckdb", serving_file)],
            console=console,
            invocation_id=get_invocation_id(),
        )


def _build(project: Project, options: list[str], **how: Any) -> list[Any]:
    """Run `dbt build`, in one run or, with scoring: external, in several."""
    if is_external(project):
        return build_externally(project, options, **how)
    return run_dbt(project, ["build", *options], **how)


@contextmanager
def _marked(project: Project, *, target: str | None) -> Iterator[None]:
    """Leave a file beside the warehouse until the build has succeeded: `retention publish` looks for it."""
    with working_in(project.working_folder):
        credentials = profile_of(project, target=target).credentials
    is_file = credentials.type == "duckdb" and not credentials.path.startswith((":memory:", "md:"))
    if not is_file or "://" in credentials.path:
        yield
        return
    marker = building_marker(target_of(project, target_name=target))
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.touch()
    yield
    marker.unlink(missing_ok=True)


def train(project: Project, *, target: str | None, console: Console) -> None:
    """Train all models whatever training_policy says, and make them champions.

    Raises RetentionError where a model could not be trained.
    """
    install_packages(project, console=console)
    warnings: list[str] = []
    _build(
        project,
        ["--select", *(f"+{model}" for model in MODELS), *ONLY_BUILT],
        console=console,
        variables={"training_policy": "always"},
        target=target,
        warnings=warnings,
    )
    reasons = [warning.removeprefix(NOT_TRAINED) for warning in warnings if warning.startswith(NOT_TRAINED)]
    if reasons:
        raise RetentionError("; ".join(reasons))
    console.print("Trained. To score with the new models: retention build")
