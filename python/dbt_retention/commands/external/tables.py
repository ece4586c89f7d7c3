"""Makes the tables of external models in the warehouse, which is open only between two runs of dbt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from dbt.adapters.duckdb import environments
from duckdb.sqltypes import DuckDBPyType

from dbt_retention.dbt_runner import Project, profile_of, working_in
from dbt_retention.errors import DbtModelError, RetentionError, who_holds_it
from dbt_retention.quoting import quoted_name
from dbt_retention.sql_functions.catalog import sql_functions
from dbt_retention.sql_functions.sql_function import SqlFunction
from dbt_retention.warehouse import models_path_of

BATCH_ROWS = 20_480
# What the macro function_rows writes in place of a CTE's query.
_ROWS = re.compile(
    r"(?P<cte>\w+) as \(\s*/\* retention build computes .+? from:\n(?P<query>.*?)\*/", re.DOTALL
)


def query_of(compiled: str) -> str:
    """The query that a compiled model has in the comment of the macro function_rows, with the CTEs before it.

    A call of a function is a column {'function': {'_1': its first argument, ...}}.
    """
    found = _ROWS.search(compiled)
    if found is None:
        raise RetentionError(
            "its SQL has no CTE `name as ({% call function_rows() %} ... {% endcall %})`. See "
            "docs/daily-use.md"
        )
    before, cte, query = compiled[: found.start()], found["cte"], found["query"]
    return f"{before}{cte} as (\n{query}\n)\n\nselect * from {cte}"


@dataclass(frozen=True)
class Warehouse:
    """An open DuckDB warehouse. Every table is made in one statement: there is the old one or the new one."""

    connection: duckdb.DuckDBPyConnection
    models_path: Path

    def apply_functions(self, node: Any, *, sql: str) -> None:
        """Make the external table of `node`: the rows of the query in `sql`, with the results of its calls.

        Raises RetentionError where the query or a function fails.
        """
        functions = {function.name: function for function in sql_functions(self.models_path)}
        try:
            self.connection.execute(
                "create or replace temporary table external_rows as "
                f"select row_number() over () as external_row, called.* from (\n{query_of(sql)}\n) as called"
            )
            results = self._results(functions)
            replaced = ", ".join(
                f"results.{quoted_name(column)} as {quoted_name(column)}"
                for column in results.column_names
                if column != "external_row"
            )
            self.connection.register("external_results", results)
            self._create(
                node,
                f"select called.* exclude (external_row) replace ({replaced}) from external_rows as called "
                "inner join external_results as results on called.external_row = results.external_row",
            )
            self.connection.unregister("external_results")
            self.connection.execute("drop table external_rows")
        except duckdb.Error as error:
            raise RetentionError(f"its table cannot be made: {error}") from error

    def run_python_model(self, node: Any, *, code: str, relations: Mapping[str, str]) -> None:
        """Make the external table of `node`: what the code of its Python model returns.

        relations: the tables that the model may name in dbt.ref, by model. Raises RetentionError.
        """
        module: dict[str, Any] = {}
        exec(compile(code, f"{node.name}.py", "exec"), module)  # noqa: S102  # nosec B102
        try:
            table = module["model"](_Dbt(self.connection, node, relations), self.connection)
            self.connection.register("external_results", table)
            self._create(node, "select * from external_results")
            self.connection.unregister("external_results")
        except DbtModelError as error:
            raise RetentionError(str(error)) from None
        except duckdb.Error as error:
            raise RetentionError(f"its table cannot be made: {error}") from error

    def drop(self, node: Any) -> None:
        """Drop the external table of `node`, if it exists."""
        self.connection.execute(f"drop table if exists {_external_table(node)}")

    def _create(self, node: Any, query: str) -> None:
        self.connection.execute(f"create schema if not exists {_schema(node)}")
        self.connection.execute(f"create or replace table {_external_table(node)} as {query}")

    def _results(self, functions: Mapping[str, SqlFunction]) -> pa.Table:
        """The number of each row of external_rows, and the results of the calls in it, by column."""
        schema = self.connection.sql("from external_rows limit 0").to_arrow_table().schema
        calls = {
            field.name: functions[field.type.field(0).name]
            for field in schema
            if pa.types.is_struct(field.type) and field.type.field(0).name in functions
        }
        columns = ", ".join(["external_row", *(quoted_name(column) for column in calls)])
        types = {column: _stored(function) for column, function in calls.items()}
        reader = self.connection.sql(f"select {columns} from external_rows").to_arrow_reader(BATCH_ROWS)
        try:
            batches = [
                {"external_row": batch["external_row"]}
                | {
                    column: function.call(*batch[column].field(0).flatten()).cast(types[column])
                    for column, function in calls.items()
                }
                for batch in reader
                if batch.num_rows
            ]
        finally:
            reader.close()  # a query that is half read would keep the warehouse open
        result = pa.schema([("external_row", pa.int64()), *types.items()])
        return pa.Table.from_batches(
            [pa.RecordBatch.from_pydict(columns, schema=result) for columns in batches], schema=result
        )


def _stored(function: SqlFunction) -> Any:
    """The type of a function's results in a table: the macros of the package make a float a double too."""
    return pa.float64() if function.returns == pa.float32() else function.returns


class _Dbt:
    """What a Python model gets from dbt: tables, and its settings."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, node: Any, relations: Mapping[str, str]
    ) -> None:
        self._connection, self._relations = connection, relations
        self.config = node.config

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self._connection.sql(f"select * from {self._relations[name]}")


@contextmanager
def opened(project: Project, *, target: str | None) -> Iterator[Warehouse]:
    """The warehouse of the target, opened as dbt opens it, and closed at the end.

    Raises RetentionError unless the target is a DuckDB database that outlives a connection.
    """
    with working_in(project.working_folder):
        profile = profile_of(project, target=target)
        credentials = profile.credentials
        if credentials.type != "duckdb":
            raise RetentionError(
                f"scoring is 'external', which works on DuckDB; target '{profile.target_name}' is of type "
                f"{credentials.type}. Set scoring: in_warehouse, then run: retention build"
            )
        if credentials.path.startswith(":memory:"):
            raise RetentionError(
                f"scoring is 'external', which needs a database that stays when a run of dbt ends; target "
                f"'{profile.target_name}' is in memory. Change path in profiles.yml to a file, then run: "
                "retention build"
            )
        models_path = models_path_of(credentials)
        if "://" not in credentials.path and not credentials.path.startswith("md:"):
            Path(credentials.path).expanduser().parent.mkdir(parents=True, exist_ok=True)
        environment = environments.create(credentials)
        try:
            handle: Any = environment.handle()  # type: ignore[no-untyped-call]
            connection = handle.cursor()
            _register_models_path(connection, models_path)
            try:
                yield Warehouse(connection, models_path)
            finally:
                handle.close()
        except duckdb.IOException as error:
            raise RetentionError(who_holds_it(str(error).splitlines()[0])) from error
        finally:
            environment.close()  # type: ignore[no-untyped-call]


def _register_models_path(connection: Any, models_path: Path) -> None:
    """Python models ask the session for the registry; the plugin tells it, where there is one."""
    known = "select count(*) from duckdb_functions() where function_name = 'onnx_models_path'"
    if connection.execute(known).fetchall() == [(0,)]:
        connection.create_function("onnx_models_path", lambda: str(models_path), [], DuckDBPyType("VARCHAR"))


def _schema(node: Any) -> str:
    return f"{quoted_name(node.database)}.{quoted_name(node.schema)}"


def _external_table(node: Any) -> str:
    return f"{_schema(node)}.{quoted_name(node.alias + '__external')}"
