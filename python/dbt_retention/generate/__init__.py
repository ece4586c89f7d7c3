"""A simulated shop with known truth: every input of the contract filled, at any size.

One block of 20,000 customers is drawn, written and forgotten at a time, so that memory does not
grow with the shop. A block draws from a stream of (seed, block number) alone: block 7 comes out the
same whether or not blocks 0 to 6 were drawn before it.

How customers behave:

- Purchases are a Poisson process, whose rate differs between customers as a gamma, until the
  customer leaves for good at a moment the shop does not see: the Pareto/NBD of Schmittlein,
  Morrison and Colombo (1987), "Counting your customers: who are they and what will they do next?",
  Management Science 33(1). Here leaving takes two steps, active -> fading -> gone, and a fading
  customer buys, browses and rates less: that can be predicted. Some leave without fading: that
  cannot.
- Season, weekday, fading and campaigns move the rate. Such a process is drawn by thinning: Lewis
  and Shedler (1979), "Simulation of nonhomogeneous Poisson processes by thinning", Naval Research
  Logistics Quarterly 26(3).
- A treatment slows (for sleeping dogs: speeds) the clock of leaving for `effect_days` and moves the
  purchase rate. Nothing before the assignment depends on the arm, as in a real experiment. The four
  groups are those of Radcliffe (2007), "Using control groups to target on predicted lift".

Times are days since `first_day` while customers are drawn and seconds since `first_day` from orders
on. Money is whole cents until it is written.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from dbt_retention.generate.files import FileFormat, write_shop
from dbt_retention.generate.schemas import INPUTS, TRUTH
from dbt_retention.generate.shop import Shop, first_day_of

__all__ = ["INPUTS", "TRUTH", "Shop", "first_day_of", "generate_shop"]


def generate_shop(
    shop: Shop,
    *,
    out: Path,
    file_format: FileFormat = "csv",
    truth: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Write the eleven inputs of `shop` into the folder `out`; return the rows of each file, by name.

    CSV files are called `example_<input>.csv`, Parquet files `<input>.parquet` with one row group
    a block. `truth` adds `truth_customers`, `truth_effects` and `truth_itemsets`, as Parquet in
    both cases, so that dbt does not take them for seeds. `progress` is told (customers done,
    customers in all) after each block. Files appear under their names only once all are complete;
    any other file in `out` is not changed. Raises ValueError where an argument cannot be used.
    """
    if file_format not in ("csv", "parquet"):
        raise ValueError(f"file_format is {file_format!r}; expected 'csv' or 'parquet'")
    out = out.resolve()  # through a link such as dbt_project/seeds
    if out.exists() and not out.is_dir():
        raise ValueError(f"out is {str(out)!r}, which is a file; expected a folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside `out`, not in it: a dbt that reads its seeds meanwhile must not find half a file. A
    # mounted `out` is another file system than its parent, and a rename cannot cross over.
    beside = out if os.path.ismount(out) else out.parent
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=beside) as staging:
        rows = write_shop(shop, Path(staging), file_format, truth, progress)
        out.mkdir(exist_ok=True)
        for name in rows:
            os.replace(Path(staging, name), out / name)
    return rows
