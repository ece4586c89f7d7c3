"""The Python package of dbt-retention, which warns of customer churn in the warehouse.

For notebooks: `predict_client_churn`, `cluster_customers`. For a web shop: `load_model`. They are imported
at their first use, so that the command line starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dbt_retention.notebooks import cluster_customers, predict_client_churn
    from dbt_retention.registry.scoring import load_model

__version__ = "0.1.0"
__all__ = ["cluster_customers", "load_model", "predict_client_churn"]

_HOMES = {
    "cluster_customers": "notebooks",
    "predict_client_churn": "notebooks",
    "load_model": "registry.scoring",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'dbt_retention' has no attribute {name!r}")
    return getattr(import_module(f"dbt_retention.{_HOMES[name]}"), name)
