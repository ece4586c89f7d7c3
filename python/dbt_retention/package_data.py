"""Finds the data files inside an installed Python package; the examples read them on both engines."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from dbt_retention.errors import RetentionError


def package_folder(package: str) -> Path:
    """The folder of an installed package. Raises RetentionError where it is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RetentionError(
            f"package_data names '{package}', which is not installed. Run: pip install 'dbt-retention[demo]'"
        )
    return Path(next(iter(spec.submodule_search_locations)))
