"""Renders staging models of the package without dbt, on tables of a DuckDB connection: for many cases."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
from conftest import ROOT
from dbt_retention.sql_macros import SqlMacros
from dbt_retention.vars_table import all_vars

MODELS = ROOT / "dbt_project" / "models"


def sql_of_checked(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    """SQL of the model stg_retention__checked_<name>, which reads the table my_<name> of the connection."""
    [path] = MODELS.rglob(f"stg_retention__checked_{name}.sql")
    environment = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined)
    return environment.from_string(path.read_text()).render(_context(connection))


def _context(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    macros = SqlMacros(connection)
    context = macros._context
    namespace = context["retention"]
    values = {name: var.default for name, var in all_vars().items()} | {"advanced": {}}

    def columns(name: str, *_: object) -> list[str]:
        return [row[0] for row in connection.execute(f"describe my_{name}").fetchall()]

    namespace.input = lambda name: f"my_{name}"
    namespace._input_columns = columns
    context["var"] = values.get
    context["dbt"] = SimpleNamespace(
        type_string=lambda: "varchar",
        cast=lambda column, kind: f"cast({column} as {kind})",
        string_literal=lambda text: f"'{text}'",
        escape_single_quotes=lambda text: text.replace("'", "''"),
    )
    context["run_started_at"] = datetime.datetime.now()
    context["modules"].datetime = datetime
    context["config"] = lambda **_: ""
    context["model"] = SimpleNamespace(resource_type="test")
    context["ref"] = lambda *names: names[-1]
    for name in macros._files:
        context.setdefault(name, getattr(namespace, name))
    return context
