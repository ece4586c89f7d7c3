"""Spark for dbt: a session with the package's SQL functions, in which dbt-spark runs SQL and Python models.

The profile sets the parameters of the session:

    spark:
      type: spark
      method: session
      host: localhost                                # dbt-spark requires it; a session ignores it
      schema: retention
      server_side_parameters:
        spark.sql.warehouse.dir: warehouse/spark
        spark.retention.models_path: models_onnx     # folder of the registry; workers read it too
        spark.retention.package_data.shop: my_data   # optional: SQL's ${spark.retention.package_data.shop}
                                                     # is the folder of the installed package my_data

Any other parameter of Spark is allowed (spark.master: yarn) and replaces the defaults below, which suit one
machine. `retention build --target spark` starts the session.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from dbt.adapters.spark import impl as dbt_spark
from dbt.adapters.spark import session as dbt_session
from pyspark.sql import SparkSession
from pyspark.sql.functions import arrow_udf
from pyspark.sql.pandas.types import from_arrow_type

from dbt_retention.errors import RetentionError
from dbt_retention.package_data import package_folder
from dbt_retention.registry.store import DEFAULT_MODELS_PATH
from dbt_retention.sql_functions.catalog import sql_functions
from dbt_retention.sql_functions.sql_function import SqlFunction

WAREHOUSE, MODELS_PATH = "spark.sql.warehouse.dir", "spark.retention.models_path"
PACKAGE_DATA = "spark.retention.package_data."
METASTORE = "spark.hadoop.javax.jdo.option.ConnectionURL"
OLDEST_JAVA = 17

# Times are in UTC, and SQL errors raise (ANSI), as on DuckDB.
DEFAULTS = {
    "spark.master": "local[2]",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    # Some models have deeply nested queries.
    "spark.sql.analyzer.maxIterations": "1000",
    "spark.sql.optimizer.maxIterations": "1000",
    WAREHOUSE: "warehouse/spark",
    MODELS_PATH: DEFAULT_MODELS_PATH,
}
# On one machine: little memory, no open ports, and no adaptive planning for small tables.
LOCAL_DEFAULTS = {
    "spark.driver.memory": "3g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
}


@contextmanager
def spark_for_dbt(parameters: Mapping[str, str]) -> Iterator[SparkSession]:
    """A session with the package's functions, in which dbt-spark runs SQL and Python models."""
    session = open_session(parameters)

    class Jobs(_PythonJobs):
        spark = session

    wrapper = dbt_session.SessionConnectionWrapper
    before = dbt_spark.SparkAdapter.python_submission_helpers, dbt_session.Cursor, wrapper._fix_binding
    try:
        dbt_spark.SparkAdapter.python_submission_helpers = property(
            lambda self: {"all_purpose_cluster": Jobs}
        )
        dbt_session.Cursor = _CursorOfOurs
        wrapper._fix_binding = staticmethod(_literal)
        yield session
    finally:
        dbt_spark.SparkAdapter.python_submission_helpers, dbt_session.Cursor, wrapper._fix_binding = before
        session.stop()


def open_session(parameters: Mapping[str, str]) -> SparkSession:
    """A Spark session with these parameters and the defaults, and with the package's SQL functions.

    dbt-spark always passes spark.sql.ansi.enabled = false; this parameter is ignored. Raises RetentionError
    where Java is missing.
    """
    require_java()
    given = {name: value for name, value in parameters.items() if name != "spark.sql.ansi.enabled"}
    wanted = DEFAULTS | given
    for name in (WAREHOUSE, MODELS_PATH):
        if "://" not in wanted[name]:
            wanted[name] = str(Path(wanted[name]).expanduser().resolve())
    wanted |= {
        name: str(package_folder(package))
        for name, package in wanted.items()
        if name.startswith(PACKAGE_DATA)
    }
    if wanted["spark.master"].startswith("local"):
        wanted = LOCAL_DEFAULTS | wanted
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        Path(wanted[WAREHOUSE]).mkdir(parents=True, exist_ok=True)
        wanted.setdefault(METASTORE, f"jdbc:derby:;databaseName={wanted[WAREHOUSE]}/metastore;create=true")
        wanted.setdefault("spark.driver.extraJavaOptions", f"-Dderby.system.home={wanted[WAREHOUSE]}")
    builder = SparkSession.builder.appName("dbt-retention").enableHiveSupport()
    for name, value in wanted.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")  # dbt reports errors
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
    for function in sql_functions(Path(wanted[MODELS_PATH])):
        _register(session, function, models_path=wanted[MODELS_PATH])
    return session


def require_java() -> None:
    """Raise RetentionError, with what to install, unless a Java version that Spark supports is found."""
    remedy = (
        f"Install Java {OLDEST_JAVA} or newer (Debian, Ubuntu: apt-get install openjdk-17-jre-headless; "
        "macOS: brew install openjdk@17; Windows: winget install EclipseAdoptium.Temurin.17.JRE) and set "
        "JAVA_HOME to it. DuckDB needs no Java: leave out --target spark"
    )
    try:
        printed = subprocess.run(_java(), capture_output=True, text=True, check=True).stderr  # noqa: S603  # nosec B603
    except (OSError, subprocess.CalledProcessError) as error:
        raise RetentionError(f"Spark needs Java, which was not found ({error}). {remedy}") from error
    version = re.search(r'version "(\d+)', printed)
    if version is None or int(version[1]) < OLDEST_JAVA:
        raise RetentionError(f"Spark needs Java {OLDEST_JAVA}; found {printed.splitlines()[0]}. {remedy}")


def _java() -> list[str]:
    home = os.environ.get("JAVA_HOME")
    return [str(Path(home) / "bin" / "java") if home else "java", "-version"]


def _register(session: SparkSession, function: SqlFunction, *, models_path: str) -> None:
    returns = from_arrow_type(function.returns)
    session.udf.register(function.name, arrow_udf(_on_worker(function.name, models_path), returns))


def _on_worker(name: str, models_path: str) -> Callable[..., Any]:
    """The function by name. Each worker creates its own, because ONNX sessions cannot be sent."""

    def call(*arguments: pa.Array) -> pa.Array:
        function = _functions(models_path)[name]
        if not len(arguments[0]):
            return pa.array([], type=function.returns)
        return function.call(*arguments)

    return call


@cache
def _functions(models_path: str) -> dict[str, SqlFunction]:
    return {function.name: function for function in sql_functions(Path(models_path))}


def _literal(value: Any) -> str:
    """A value of a seed as SQL. dbt-spark itself writes null as 'None' and does not escape quotes."""
    if value is None:
        return "null"
    if isinstance(value, (bool, int, float, Decimal)):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


class _PythonJobs:
    """Runs a dbt Python model in this process; dbt-spark itself supports clusters of Databricks only."""

    spark: SparkSession

    def __init__(self, parsed_model: dict[str, Any], credentials: Any) -> None:
        self.name = parsed_model["alias"]

    def submit(self, compiled_code: str) -> None:
        exec(compile(compiled_code, self.name, "exec"), {"spark": self.spark})  # noqa: S102  # nosec B102


class _CursorOfOurs(dbt_session.Cursor):  # type: ignore[misc]
    """dbt-spark's cursor without its settings: dbt-spark switches ANSI off with every statement."""

    def __init__(self, *, server_side_parameters: dict[str, Any] | None = None) -> None:
        super().__init__()
