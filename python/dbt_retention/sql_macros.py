"""Calls the package's SQL macros on a DuckDB connection without dbt: the same files, but no project.

The macros find only a part of dbt's context: run_query, return, adapter.dispatch (to default__),
exceptions.raise_compiler_error, log, dbt.type_string, execute, modules.re, the names of time zones, and the
macros themselves as retention.<name>.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn
from zoneinfo import available_timezones

import duckdb
import jinja2

from dbt_retention.dbt_package import dbt_package_folder
from dbt_retention.errors import RetentionError

_MACRO = re.compile(r"({%-?\s*macro\s+)(\w+)")
_PREFIX = "dbt_macro__"  # as in dbt: a template does not export a name with a leading underscore


class _Return(Exception):  # noqa: N818 - carries a value, as in dbt; not an error
    def __init__(self, value: Any) -> None:
        self.value = value


class SqlMacros:
    """The macros of dbt_project/macros, bound to `connection`; None where none of them queries.

    log: is called with their messages.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection | None, *, log: Callable[[str], None] | None = None
    ) -> None:
        self._connection = connection
        self._files = _files(macros_folder())
        macros = _Namespace(self._files, self._call)
        self._context: dict[str, Any] = {
            "retention": macros,
            "run_query": self._run_query,
            "return": _return,
            "adapter": SimpleNamespace(dispatch=lambda name, _package: getattr(macros, f"default__{name}")),
            "exceptions": SimpleNamespace(raise_compiler_error=_raise),
            "dbt": SimpleNamespace(type_string=lambda: "varchar"),
            "log": log or (lambda _message: None),
            "execute": True,
            "modules": SimpleNamespace(re=re, pytz=_TimeZones()),
        }

    def call(self, name: str, *arguments: Any, **named: Any) -> Any:
        """What the macro returns, or the SQL that it renders. Raises its errors as RetentionError."""
        return self._call(name, *arguments, **named)

    def _call(self, name: str, *arguments: Any, **named: Any) -> Any:
        module = _template(self._files[name]).make_module(self._context)
        macro = getattr(module, _PREFIX + name)
        try:
            return str(macro(*arguments, **named))
        except _Return as value:
            return value.value

    def _run_query(self, query: str) -> list[tuple[Any, ...]]:
        if self._connection is None:
            raise RetentionError("a macro asked the database, and there is no connection")
        return self._connection.execute(query).fetchall()


class _TimeZones:
    """What macros read of pytz."""

    @property
    def all_timezones_set(self) -> set[str]:
        return available_timezones()


class _Namespace:
    """`retention.<macro>` in a template."""

    def __init__(self, macros: Mapping[str, Path], call: Callable[..., Any]) -> None:
        self._macros = macros
        self._caller = call

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in self._macros:
            raise AttributeError(name)
        return lambda *arguments, **named: self._caller(name, *arguments, **named)


def macros_folder() -> Path:
    """The folder of the macros of the dbt package."""
    return dbt_package_folder() / "macros"


@cache
def _files(folder: Path) -> dict[str, Path]:
    """The file of each macro, by its name."""
    return {
        name: file
        for file in sorted(folder.rglob("*.sql"))
        for _, name in _MACRO.findall(file.read_text(encoding="utf-8"))
    }


@cache
def _template(file: Path) -> jinja2.Template:
    environment = jinja2.Environment(  # noqa: S701  # nosec B701
        extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined
    )
    return environment.from_string(_MACRO.sub(rf"\1{_PREFIX}\2", file.read_text(encoding="utf-8")))


def _return(value: Any) -> NoReturn:
    raise _Return(value)


def _raise(message: str) -> NoReturn:
    raise RetentionError(message)
