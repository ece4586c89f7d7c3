"""`retention generate`: writes a simulated shop with a progress bar."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dbt_retention.errors import RetentionError
from dbt_retention.generate import Shop, first_day_of, generate_shop


def generate(
    *,
    customers: int,
    months: int,
    seed: int,
    dirty_share: float,
    out: Path,
    file_format: Literal["csv", "parquet"],
    truth: bool,
    console: Console,
) -> None:
    """Write the inputs of a simulated shop to the folder `out`, and print the rows of each file.

    See `Shop` and `generate_shop`. Raises RetentionError where an argument is out of range.
    """
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
        console.print(f"{name:<40} {count:>12,} rows")
