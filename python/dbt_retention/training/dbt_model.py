"""The body of every dbt Python model that trains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from duckdb import DuckDBPyRelation
from threadpoolctl import threadpool_limits

from dbt_retention.errors import DbtModelError, RetentionError, TrainingDataError
from dbt_retention.registry.store import Registry
from dbt_retention.vars_table import checked_vars

ROWS_OF_ONE_THREAD = 100_000


class Train(Protocol):
    """train_churn_and_value, train_segments, train_sentiment or train_uplift."""

    def __call__(self, rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table: ...


def run_dbt_model(
    train: Train,
    rows: Any,
    *,
    session: Any,
    settings: Mapping[str, Any],
    key: str = "as_of_date, customer_id",
    if_refused: Callable[[pa.Table, str], pa.Table] | None = None,
) -> Any:
    """Call `train` with `rows` and the registry of the session; return a table that dbt can write.

    rows, session: a relation and a connection of DuckDB, or a DataFrame and a session of Spark. key: columns
    that identify a row; training gets the rows in this order. if_refused: makes the table where there is too
    little data to train, from `rows` and the reason, so that the build continues; None = the model fails.
    Raises DbtModelError with the message of a RetentionError.
    """

    def table_of(ordered: pa.Table, registry: Registry) -> pa.Table:
        with _threads_for(ordered):
            try:
                return train(ordered, settings=settings, registry=registry)
            except TrainingDataError as error:
                if if_refused is None:
                    raise
                return if_refused(ordered, str(error))

    try:
        limit = _max_model_megabytes(settings or {})
        if isinstance(rows, DuckDBPyRelation):
            [(models_path,)] = session.sql("select onnx_models_path()").fetchall()
            ordered = rows.order(key).to_arrow_table()
            return table_of(ordered, Registry(Path(models_path), max_model_megabytes=limit))
        models_path = session.conf.get("spark.retention.models_path")
        registry = Registry(Path(models_path), max_model_megabytes=limit)
        ordered = rows.orderBy(*key.split(", ")).toArrow()
        return session.createDataFrame(table_of(ordered, registry))
    except RetentionError as error:
        raise DbtModelError(str(error)) from None


def _max_model_megabytes(settings: Mapping[str, Any]) -> float:
    given = {"advanced": settings.get("advanced")}
    return float(checked_vars(given, wanted=["max_model_megabytes"])["max_model_megabytes"])


def _threads_for(rows: pa.Table) -> AbstractContextManager[Any]:
    """One thread for few rows, because several would wait for each other longer than they compute."""
    return threadpool_limits(limits=1) if rows.num_rows <= ROWS_OF_ONE_THREAD else nullcontext()
