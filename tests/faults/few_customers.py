"""A shop of 160 customers with every input filled: small enough to be built again and again."""

from __future__ import annotations

from pathlib import Path

from conftest import Shop, foreign_shop
from dbt_retention.generate import Shop as Simulated
from dbt_retention.generate import generate_shop

# Lists of recommendations are made every day, so that tables can be compared with a full build's.
SETTINGS = {"min_buyers": 100, "min_training_churners": 50, "recommendation_refresh_days": 1}


def generate_few(folder: Path) -> None:
    """Write the inputs as Parquet files without data errors."""
    generate_shop(Simulated(customers=160, dirty_share=0), out=folder, file_format="parquet")


def shop_of_files(folder: Path, inputs: Path) -> Shop:
    """A shop in `folder` that maps every Parquet file of `inputs`; not built yet."""
    names = sorted(path.stem for path in inputs.glob("*.parquet"))
    return foreign_shop(
        folder,
        models={f"my_{name}": f"select * from '{inputs}/{name}.parquet'" for name in names},
        variables={f"input_{name}": f"my_{name}" for name in names} | SETTINGS,
    )
