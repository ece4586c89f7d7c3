"""The command `retention`: thin, each command one call."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Annotated, Literal

import typer
from rich.console import Console

from dbt_retention import __version__
from dbt_retention.errors import RetentionError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Early warning of customer churn, inside the warehouse.",
)
features = typer.Typer(no_args_is_help=True, help="Families of features: start one, keep their list in step.")
app.add_typer(features, name="features")
console = Console()

ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project",
        help="Folder of the dbt project; default: the working folder, or dbt_project in it.",
    ),
]
TargetOption = Annotated[
    str | None,
    typer.Option("--target", help="Output of profiles.yml; default: the profile's own."),
]
NOT_TRAINED = "Warning: "  # how the macro warn_if_not_trained begins
MODELS = ("ml_churn_model", "ml_segment_model", "int_retention__uplift_model")
# Of tests that compare two tables only those whose tables are chosen, or above what is.
ONLY_BUILT = ("--indirect-selection", "buildable")


@app.command()
def build(
    project: ProjectOption = None,
    select: Annotated[str | None, typer.Option(help="dbt selection, e.g. '+mart_early_warning'.")] = None,
    only: Annotated[
        str | None,
        typer.Option(help="Slices, separated by commas: warnings, segments, ... docs/daily-use.md"),
    ] = None,
    target: TargetOption = None,
) -> None:
    """Run `dbt build`: inputs, features, training where the policy says so, scores, marts."""
    from dbt_retention.commands.slices import selection_of
    from dbt_retention.dbt_runner import Project, install_packages, run_dbt

    chosen = Project.at(project)
    install_packages(chosen, console=console)
    wanted = [*(select.split() if select else []), *(selection_of(only) if only else [])]
    command = ["build", *(["--select", *wanted, *ONLY_BUILT] if wanted else [])]
    results = run_dbt(chosen, command, console=console, target=target)
    if not results:
        raise RetentionError(
            f"--select '{select}' names nothing of this project; nothing was built. What there is: dbt ls"
        )
    warned = [result.node.name for result in results if str(result.status) == "warn"]
    said = f"{len(warned):,} warned: {', '.join(warned)}" if warned else "all passed"
    console.print(f"Built {len(results):,} nodes, tests included: {said}.", highlight=False, soft_wrap=True)


@app.command()
def train(project: ProjectOption = None, target: TargetOption = None) -> None:
    """Train new models now, whatever the policy, and make them champions."""
    from dbt_retention.dbt_runner import Project, install_packages, run_dbt

    chosen = Project.at(project)
    install_packages(chosen, console=console)
    command = ["build", "--select", *[f"+{model}" for model in MODELS], *ONLY_BUILT]
    warnings: list[str] = []
    run_dbt(
        chosen,
        command,
        console=console,
        variables={"training_policy": "always"},
        target=target,
        warnings=warnings,
    )
    refusals = [warning for warning in warnings if warning.startswith(NOT_TRAINED)]
    if refusals:
        raise RetentionError("; ".join(warning.removeprefix(NOT_TRAINED) for warning in refusals))
    console.print("Trained. To score with the new models: retention build")


@app.command()
def summary(project: ProjectOption = None, target: TargetOption = None) -> None:
    """Print who is about to leave, why, what they are worth and what to do, from the built marts."""
    from dbt_retention.commands.summary import print_summary
    from dbt_retention.dbt_runner import Project
    from dbt_retention.warehouse import target_of

    print_summary(target_of(Project.at(project), target_name=target), console=console)


@app.command()
def score(
    customer: Annotated[str, typer.Option(help="The customer's id.")],
    project: ProjectOption = None,
    target: TargetOption = None,
) -> None:
    """Score one customer now, from the warehouse's features and the champion's ONNX file, with reasons."""
    from dbt_retention.commands.one_customer import print_customer, score_customer
    from dbt_retention.dbt_runner import Project
    from dbt_retention.warehouse import target_of

    found = score_customer(target_of(Project.at(project), target_name=target), customer)
    print_customer(found, console=console)


@app.command()
def evaluate(
    as_of: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The past morning to score.")],
    out: Annotated[Path, typer.Option(help="Parquet file: customer_id, as_of_date, label, score.")],
    project: ProjectOption = None,
    target: TargetOption = None,
) -> None:
    """Score a past date with a model that knows nothing later, and write scores beside the truth."""
    from dbt_retention.commands.evaluate import evaluate as run
    from dbt_retention.dbt_runner import Project

    result = run(
        Project.at(project), as_of=as_of.date(), out=out.resolve(), console=console, target_name=target
    )
    console.print(
        f"{result.rows:,} customers on {as_of:%Y-%m-%d}, {result.churned_share:.2%} churned: "
        + ", ".join(f"{name} {value:.4f}" for name, value in result.metrics.items()),
        highlight=False,
    )
    console.print(f"Scores: {out}")


@app.command()
def generate(
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 7,
    customers: Annotated[int, typer.Option(help="How many customers.")] = 520,
    months: Annotated[int, typer.Option(help="How many months of history.")] = 18,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("seeds"),
    file_format: Annotated[Literal["csv", "parquet"], typer.Option("--format")] = "csv",
    truth: Annotated[bool, typer.Option("--truth", help="Write the simulation's truth too.")] = False,
    dirty_share: Annotated[
        float, typer.Option(help="Share of the rows with a planted fault, 0 to 0.5.")
    ] = 0.002,
) -> None:
    """Write a simulated shop with every input filled, and known truth."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from dbt_retention.generate import Shop, first_day_of, generate_shop

    bar = Progress(
        TextColumn("customers"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    try:
        shop = Shop(
            customers=customers,
            months=months,
            seed=seed,
            dirty_share=dirty_share,
            first_day=first_day_of(months),
        )
        with bar:
            task = bar.add_task("generate", total=customers)
            rows = generate_shop(
                shop,
                out=out,
                file_format=file_format,
                truth=truth,
                progress=lambda done, _: bar.update(task, completed=done),
            )
    except ValueError as error:
        raise RetentionError(str(error)) from error
    for name, count in rows.items():
        console.print(f"{name:<40} {count:>12,} rows", highlight=False)


@features.command("new")
def features_new(
    name: Annotated[str, typer.Argument(help="Name of the family, e.g. weekend.")],
    project: ProjectOption = None,
) -> None:
    """Write feat_NAME.sql and .yml: a family that builds and passes its unit tests, to start from."""
    from dbt_retention.commands.features_sync import new_family
    from dbt_retention.dbt_runner import Project

    for path in new_family(Project.at(project), name=name):
        console.print(f"Wrote {path}", highlight=False, soft_wrap=True)
    where = f" --project {project}" if project else ""
    console.print(f"Then: retention features sync{where}", highlight=False, soft_wrap=True)


@features.command("sync")
def features_sync(
    project: ProjectOption = None,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 if out of step.")] = False,
) -> None:
    """Write the families that there are into the var retention_features, and no others."""
    from dbt_retention.commands.features_sync import in_words, sync
    from dbt_retention.dbt_runner import Project

    change = sync(Project.at(project), check=check, console=console)
    console.print(f"retention_features: {in_words(change)}", highlight=False, soft_wrap=True)


@app.command()
def itemsets(
    baskets: Annotated[Path, typer.Argument(help="Parquet or CSV file: one row per basket and item.")],
    basket: Annotated[str, typer.Option(help="Column that names the basket.")],
    item: Annotated[str, typer.Option(help="Column that names the item.")],
    out: Annotated[Path, typer.Option(help="Folder for itemsets.parquet and rules.parquet.")],
    min_support: Annotated[
        str, typer.Option(help="Share of the baskets (0.001), or a whole number of baskets (50).")
    ] = "0.01",
    max_length: Annotated[int, typer.Option(help="Longest itemset, 1 to 16.")] = 4,
    min_confidence: Annotated[float, typer.Option(help="Weakest rule, 0 to 1.")] = 0.0,
    single_consequent: Annotated[
        bool, typer.Option("--single-consequent", help="Only rules with one item as consequent.")
    ] = False,
    strategy: Annotated[
        Literal["apriori", "eclat"], typer.Option(help="How to count; the results are the same.")
    ] = "apriori",
    max_level_gb: Annotated[float, typer.Option(help="Stop before a level that would take more.")] = 8.0,
    memory_limit: Annotated[str | None, typer.Option(help="The most memory to use, such as 8GB.")] = None,
) -> None:
    """Find what is bought together in any file of baskets: frequent itemsets and rules."""
    from dbt_retention.commands.itemsets import mine_file, parse_support

    started = monotonic()

    def tell(step: str) -> None:
        console.print(
            f"  {monotonic() - started:6.1f} s  {step}", style="dim", highlight=False, soft_wrap=True
        )

    mined = mine_file(
        baskets, basket=basket, item=item, min_support=parse_support(min_support), max_length=max_length,
        out=out, min_confidence=min_confidence, single_consequent=single_consequent, strategy=strategy,
        max_level_gb=max_level_gb, memory_limit=memory_limit, progress=tell,
    )  # fmt: skip
    if mined.left_out_lines_count:
        console.print(
            f"{mined.left_out_lines_count:,} lines whose basket or item is empty or blank left out",
            highlight=False,
            soft_wrap=True,
        )
    lengths = ", ".join(f"{count:,} of length {n}" for n, count in enumerate(mined.levels, start=1))
    console.print(
        f"{mined.itemsets_count:,} itemsets in at least {mined.min_baskets_count:,} of "
        f"{mined.baskets_count:,} baskets{': ' + lengths if lengths else ''}",
        highlight=False,
        soft_wrap=True,
    )
    console.print(f"{mined.rules_count:,} rules", highlight=False, soft_wrap=True)
    console.print(
        f"Written: {out / 'itemsets.parquet'}, {out / 'rules.parquet'}", highlight=False, soft_wrap=True
    )


@app.command()
def erase(
    customer_id: Annotated[str, typer.Option(help="The id of the customer to erase.")],
    project: ProjectOption = None,
    also: Annotated[
        list[Path] | None, typer.Option(help="A further file or folder to search; may be repeated.")
    ] = None,
    id_column: Annotated[
        list[str] | None, typer.Option(help="What tables of yours call customer_id; may be repeated.")
    ] = None,
    target: TargetOption = None,
) -> None:
    """Remove one person from the warehouse, published files, logs and exports, and never build them again."""
    from dbt_retention.commands.erasure import erase as run
    from dbt_retention.commands.erasure import print_removals
    from dbt_retention.dbt_runner import Project

    removals = run(
        Project.at(project), customer_id, also=also or (), id_columns=id_column or (), target_name=target
    )
    print_removals(removals, console=console)


@app.command()
def version() -> None:
    """Print the version."""
    console.print(__version__, highlight=False)


def main() -> None:
    """Run the command line; a mistake the user can mend ends in one sentence and exit code 1."""
    try:
        app()
    except RetentionError as error:
        print(f"retention: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:  # a full disk, a folder that may not be written
        where = f"{error.filename}: " if error.filename else ""
        print(f"retention: {where}{error.strerror or error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
