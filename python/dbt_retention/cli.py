"""The command `retention`: options and help texts; each command calls one function of `commands/`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from dbt_retention import __version__
from dbt_retention.errors import RetentionError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Early warning of customer churn in the warehouse, with dbt.",
)
features = typer.Typer(no_args_is_help=True, help="Add a feature family, or update the list of families.")
app.add_typer(features, name="features")
console = Console(highlight=False, soft_wrap=True)

ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project",
        help="Folder of the dbt project. Default: the working folder, or dbt_project in it.",
    ),
]
TargetOption = Annotated[
    str | None,
    typer.Option("--target", help="Output of profiles.yml. Default: the default of the profile."),
]

CustomerOption = Annotated[str, typer.Option("--customer", help="customer_id of the customer.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def _progress(*, as_json: bool) -> Console:
    """Where progress is printed: not among the JSON."""
    return Console(stderr=True, highlight=False, soft_wrap=True) if as_json else console


def _print_version(is_asked: bool) -> None:
    if is_asked:
        console.print(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Options before the name of a command."""


@app.command()
def build(
    project: ProjectOption = None,
    select: Annotated[str | None, typer.Option(help="dbt selection, e.g. '+mart_early_warning'.")] = None,
    only: Annotated[
        str | None,
        typer.Option(help="Slices, separated by commas, e.g. 'warnings,segments'. See docs/daily-use.md"),
    ] = None,
    publish: Annotated[
        Path | None, typer.Option(help="DuckDB file to publish the marts to when the build has succeeded.")
    ] = None,
    target: TargetOption = None,
) -> None:
    """Run dbt build: inputs, features, training (see the var training_policy), scores, marts."""
    from dbt_retention.commands import build as command
    from dbt_retention.dbt_runner import Project

    command.build(
        Project.at(project), select=select, only=only, target=target, console=console, serving_file=publish
    )


@app.command()
def publish(
    duckdb: Annotated[
        Path | None, typer.Option("--duckdb", help="DuckDB file to replace, e.g. serving/marts.duckdb.")
    ] = None,
    parquet: Annotated[
        Path | None, typer.Option("--parquet", help="Folder to replace, with one Parquet file per mart.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", help="Folder to replace, with one CSV file per mart.")
    ] = None,
    postgres: Annotated[
        str | None,
        typer.Option(
            "--postgres", help="Schema of the PostgreSQL database that PGHOST, PGDATABASE and the like name."
        ),
    ] = None,
    audiences: Annotated[
        Path | None,
        typer.Option("--audiences", help="Folder to replace, with one CSV file per platform and audience."),
    ] = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
    target: TargetOption = None,
) -> None:
    """Copy the marts of the last build to where people and BI tools read them, each all-or-nothing."""
    from dbt_retention.commands.publish import Destination
    from dbt_retention.commands.publish import publish as run
    from dbt_retention.commands.publish.finished import invocation_of_last_build
    from dbt_retention.dbt_runner import Project
    from dbt_retention.warehouse import target_of

    given: dict[str, Path | str | None] = {
        "duckdb": duckdb,
        "parquet": parquet,
        "csv": csv,
        "postgres": postgres,
        "audiences": audiences,
    }
    found = Project.at(project)
    place = target_of(found, target_name=target)
    run(
        place,
        [Destination(kind, named) for kind, named in given.items() if named],
        console=console,
        invocation_id=invocation_of_last_build(found, place),
        as_json=as_json,
    )


@app.command()
def alerts(
    webhook: Annotated[
        bool, typer.Option("--webhook", help="JSON to the URL in RETENTION_WEBHOOK_URL.")
    ] = False,
    slack: Annotated[
        bool, typer.Option("--slack", help="A message to the URL in RETENTION_SLACK_URL.")
    ] = False,
    email: Annotated[
        bool, typer.Option("--email", help="An e-mail from RETENTION_EMAIL_FROM to RETENTION_EMAIL_TO.")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="Send. Without it, print what would be sent.")] = False,
    template: Annotated[
        Path | None, typer.Option(help="Jinja file for the text of Slack and e-mail. See docs/alerts.md")
    ] = None,
    as_json: JsonOption = False,
    project: ProjectOption = None,
    target: TargetOption = None,
) -> None:
    """Send the alerts of the last build, each at most once; without --send, print what would be sent."""
    from dbt_retention.commands.alerts import alerts as run
    from dbt_retention.dbt_runner import Project
    from dbt_retention.warehouse import target_of

    chosen = {"webhook": webhook, "slack": slack, "email": email}
    run(
        target_of(Project.at(project), target_name=target),
        [name for name, is_chosen in chosen.items() if is_chosen],
        send=send,
        template=template,
        as_json=as_json,
        console=console,
    )


@app.command()
def init(project: ProjectOption = None) -> None:
    """Set a project up: packages.yml, profiles.yml, and models that map your tables to the inputs."""
    from dbt_retention.commands.init import init as run
    from dbt_retention.dbt_runner import Project

    run(Project.at(project), console=console)


@app.command()
def doctor(as_json: JsonOption = False, project: ProjectOption = None, target: TargetOption = None) -> None:
    """Check versions, profile, inputs, models, warehouse and disk, and name the fix of each problem."""
    from dbt_retention.commands.doctor import doctor as run

    run(project, target_name=target, console=console, as_json=as_json)


@app.command()
def train(project: ProjectOption = None, target: TargetOption = None) -> None:
    """Train all models now and make them champions, whatever the var training_policy says."""
    from dbt_retention.commands import build as command
    from dbt_retention.dbt_runner import Project

    command.train(Project.at(project), target=target, console=console)


@app.command()
def summary(as_json: JsonOption = False, project: ProjectOption = None, target: TargetOption = None) -> None:
    """Print the main results of the last build: customers at risk, reasons, value at risk, actions."""
    from dbt_retention.commands.summary import print_summary
    from dbt_retention.commands.summary_facts import print_facts
    from dbt_retention.dbt_runner import Project
    from dbt_retention.warehouse import target_of

    print_results = print_facts if as_json else print_summary
    print_results(target_of(Project.at(project), target_name=target), console=console)


@app.command()
def report(
    project: ProjectOption = None,
    file: Annotated[
        Path | None,
        typer.Option(help="A published serving file to read, instead of the project's warehouse."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="HTML file to write. Default: retention_report.html beside the file that is read."),
    ] = None,
    language: Annotated[Literal["en", "zh"], typer.Option(help="Language of the fixed texts.")] = "en",
    currency: Annotated[str, typer.Option(help="Written after amounts, e.g. EUR.")] = "",
    title: Annotated[
        str | None, typer.Option(help="Name of the shop. Default: the name of the profile or file.")
    ] = None,
    as_json: JsonOption = False,
    target: TargetOption = None,
) -> None:
    """Write the report, one HTML file: customers at risk, actions, campaigns, reliability, data."""
    from dbt_retention.commands.report import write_report
    from dbt_retention.dbt_runner import Project

    write_report(
        None if file else Project.at(project), serving_file=file, out=out, language=language,
        currency=currency, title=title, target_name=target, console=console, as_json=as_json,
    )  # fmt: skip


@app.command()
def cockpit(
    file: Annotated[
        Path, typer.Option(help="The serving file that retention publish --duckdb wrote.")
    ] = Path("serving/marts.duckdb"),
    language: Annotated[Literal["en", "zh"], typer.Option(help="Language at the start.")] = "en",
    currency: Annotated[str, typer.Option(help="Written after amounts, e.g. EUR.")] = "",
    port: Annotated[int, typer.Option(help="Port on the loopback address.")] = 8501,
) -> None:
    """Serve the cockpit, pages for the browser: warnings, customers, campaigns, model health, lists."""
    from dbt_retention.commands.cockpit import run_cockpit

    code = run_cockpit(file, language=language, currency=currency, port=port, console=console)
    raise typer.Exit(code)


@app.command()
def compact(as_json: JsonOption = False, project: ProjectOption = None, target: TargetOption = None) -> None:
    """Write the DuckDB file again without the free blocks that builds left in it."""
    from dbt_retention.commands.compact import compact as run
    from dbt_retention.dbt_runner import Project
    from dbt_retention.warehouse import target_of

    run(target_of(Project.at(project), target_name=target), console=console, as_json=as_json)


@app.command()
def score(
    customer: CustomerOption,
    as_json: JsonOption = False,
    project: ProjectOption = None,
    target: TargetOption = None,
) -> None:
    """Score one customer with the features of the last build: churn probability and reasons."""
    from dbt_retention.commands.one_customer import print_customer, score_customer
    from dbt_retention.dbt_runner import Project
    from dbt_retention.warehouse import target_of

    found = score_customer(target_of(Project.at(project), target_name=target), customer)
    print_customer(found, console=console, as_json=as_json)


@app.command()
def evaluate(
    as_of: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="A past as_of_date, whose churn labels are known.")
    ],
    out: Annotated[Path, typer.Option(help="Parquet file to write: customer_id, as_of_date, label, score.")],
    as_json: JsonOption = False,
    project: ProjectOption = None,
    target: TargetOption = None,
) -> None:
    """Backtest: score a past date with only the data known then, and compare with the churn labels."""
    from dbt_retention.commands.evaluate import evaluate as run
    from dbt_retention.commands.evaluate import print_evaluation
    from dbt_retention.dbt_runner import Project

    result = run(
        Project.at(project),
        as_of=as_of.date(),
        out=out.resolve(),
        console=_progress(as_json=as_json),
        target_name=target,
    )
    print_evaluation(result, as_of=as_of.date(), out=out, console=console, as_json=as_json)


@app.command()
def generate(
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 7,
    customers: Annotated[int, typer.Option(help="Number of customers.")] = 520,
    months: Annotated[int, typer.Option(help="Months of history, 3 to 120.")] = 18,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("seeds"),
    file_format: Annotated[Literal["csv", "parquet"], typer.Option("--format", help="File format.")] = "csv",
    truth: Annotated[
        bool, typer.Option("--truth", help="Also write the truth: dropout dates, effects, itemsets.")
    ] = False,
    dirty_share: Annotated[float, typer.Option(help="Share of rows with a data error, 0 to 0.5.")] = 0.002,
) -> None:
    """Write a simulated shop with every input filled, whose true effects are known."""
    from dbt_retention.commands.generate import generate as run

    run(
        customers=customers,
        months=months,
        seed=seed,
        dirty_share=dirty_share,
        out=out,
        file_format=file_format,
        truth=truth,
        console=console,
    )


@features.command("new")
def features_new(
    name: Annotated[str, typer.Argument(help="Name of the family, e.g. weekend.")],
    project: ProjectOption = None,
) -> None:
    """Write feat_NAME.sql and feat_NAME.yml: an example family that builds and passes its tests."""
    from dbt_retention.commands.features_new import new_family
    from dbt_retention.dbt_runner import Project

    for path in new_family(Project.at(project), name=name):
        console.print(f"Wrote {path}")
    console.print(f"Next: retention features sync{f' --project {project}' if project else ''}")


@features.command("sync")
def features_sync(
    project: ProjectOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if the list is out of date.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Set the var retention_features to the feature families of the project and its packages."""
    from dbt_retention.commands.features_sync import sync
    from dbt_retention.commands.printed_json import print_json
    from dbt_retention.dbt_runner import Project

    change = sync(Project.at(project), check=check, console=_progress(as_json=as_json))
    if as_json:
        print_json({"added": change.added, "removed": change.removed}, console=console)
    else:
        console.print(f"retention_features: {change}")


@app.command()
def itemsets(
    baskets: Annotated[Path, typer.Argument(help="Parquet, CSV or TSV file: one row per basket and item.")],
    basket: Annotated[str, typer.Option(help="Column with the basket's id.")],
    item: Annotated[str, typer.Option(help="Column with the item.")],
    out: Annotated[Path, typer.Option(help="Folder for itemsets.parquet and rules.parquet.")],
    min_support: Annotated[
        str, typer.Option(help="Share of the baskets (0.001), or a whole number of baskets (50).")
    ] = "0.01",
    max_length: Annotated[int, typer.Option(help="Most items of an itemset, 1 to 16.")] = 4,
    min_confidence: Annotated[float, typer.Option(help="Lowest confidence of a rule, 0 to 1.")] = 0.0,
    single_consequent: Annotated[
        bool, typer.Option("--single-consequent", help="Only rules with one item as consequent.")
    ] = False,
    strategy: Annotated[
        Literal["apriori", "eclat"], typer.Option(help="Algorithm; the results are the same.")
    ] = "apriori",
    max_level_gb: Annotated[
        float, typer.Option(help="Stop before a level of itemsets that needs more memory, in GB.")
    ] = 8.0,
    memory_limit: Annotated[str | None, typer.Option(help="DuckDB's memory limit, e.g. 8GB.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Find frequent itemsets and association rules in a file of baskets."""
    from dbt_retention.commands.itemsets import mine_and_print

    mine_and_print(
        baskets, basket=basket, item=item, min_support=min_support, max_length=max_length, out=out,
        min_confidence=min_confidence, single_consequent=single_consequent, strategy=strategy,
        max_level_gb=max_level_gb, memory_limit=memory_limit, console=console, as_json=as_json,
    )  # fmt: skip


@app.command()
def erase(
    customer: Annotated[
        str, typer.Option("--customer", "--customer-id", help="customer_id of the customer to erase.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be removed, and change nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for a confirmation.")] = False,
    project: ProjectOption = None,
    also: Annotated[
        list[Path] | None, typer.Option(help="Another file or folder to search. May be repeated.")
    ] = None,
    id_column: Annotated[
        list[str] | None,
        typer.Option(help="Another column of your tables that holds a customer_id. May be repeated."),
    ] = None,
    as_json: JsonOption = False,
    target: TargetOption = None,
) -> None:
    """Remove one customer from the warehouse, its copies, logs and exports, and from all later builds."""
    from dbt_retention.commands.erasure import erase as run
    from dbt_retention.commands.erasure import print_removals
    from dbt_retention.dbt_runner import Project

    found = Project.at(project)
    if not (dry_run or yes):
        if as_json:
            raise RetentionError("--json asks no question; nothing was changed. Add --dry-run or --yes")
        _confirm_erasure(customer, found.folder)
    removals = run(
        found, customer, also=also or (), id_columns=id_column or (), target_name=target, dry_run=dry_run
    )
    print_removals(removals, console=console, dry_run=dry_run, as_json=as_json)


def _confirm_erasure(customer: str, folder: Path) -> None:
    """Ask on a terminal. Raises RetentionError where there is none, or the answer is not yes."""
    if not sys.stdin.isatty():
        raise RetentionError(
            "an erasure cannot be undone, and there is no terminal to confirm it on; nothing was changed. "
            "Look at it with --dry-run, then add --yes"
        )
    question = f"Erase customer {customer} from the project in {folder}? It cannot be undone."
    if not typer.confirm(question):
        raise RetentionError("not confirmed; nothing was changed. To see what would be removed: --dry-run")


@app.command()
def version() -> None:
    """Print the version."""
    console.print(__version__)


def main() -> None:
    """Run the command line. An error that the user can fix ends in one sentence and exit code 1."""
    try:
        app()
    except RetentionError as error:
        print(f"retention: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:  # e.g. a full disk, or a folder without write permission
        where = f"{error.filename}: " if error.filename else ""
        print(f"retention: {where}{error.strerror or error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
