"""Where the dbt package lies: `dbt_project/`, of a clone or of an installation."""

from __future__ import annotations

from pathlib import Path

from dbt_retention.errors import RetentionError


def dbt_package_folder() -> Path:
    """Where the dbt package lies: inside the installed Python package, or beside it in a clone."""
    inside = Path(__file__).parent
    for folder in (inside / "dbt_project", inside.parents[1] / "dbt_project"):
        if (folder / "dbt_project.yml").is_file():
            return folder.resolve()
    raise RetentionError(f"{inside} holds no dbt package. Install dbt-retention again")
