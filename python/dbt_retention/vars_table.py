"""The table of vars (macros/internal/_vars_contract.sql) for Python, with the same checks as in SQL."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dbt_retention.errors import RetentionError
from dbt_retention.sql_macros import SqlMacros


@dataclass(frozen=True)
class Var:
    """One row of the table.

    kind: what a value may be, as the macros read it. page: of docs/.
    """

    name: str
    group: str
    page: str
    means: str
    default: Any
    is_advanced: bool
    kind: Mapping[str, Any]

    @property
    def expected(self) -> str:
        """What a value may be, as a phrase, such as 'a whole number from 1 to 3650, or null'."""
        return str(_macros().call("_expected_value", self.kind))

    def refusal_of(self, value: Any) -> str | None:
        """Why the var may not hold `value`, as a sentence; None where it may."""
        if _macros().call("_allows_value", self.kind, value):
            return None
        return str(_macros().call("_refusal_of_value", self.name, self.kind, value))

    def typed(self, value: Any) -> Any:
        """An allowed value as SQL reads it too: whole numbers, texts, lists of texts."""
        return _macros().call("_typed_value", self.kind, value)


@cache
def groups() -> dict[str, tuple[str, str]]:
    """The title and the page of each group of vars, in the order of the table."""
    return {name: (group["title"], group["page"]) for name, group in _table().items()}


@cache
def all_vars() -> dict[str, Var]:
    """Every var by name, in the order of the table; advanced ones too."""
    return {
        name: Var(
            name=name,
            group=key,
            page=kind.get("page", group["page"]),
            means=kind["means"],
            default=kind["default"],
            is_advanced=kind.get("advanced", False),
            kind={**kind, "page": kind.get("page", group["page"])},
        )
        for key, group in _table().items()
        for name, kind in group["vars"].items()
    }


def checked_vars(given: Mapping[str, Any], *, wanted: Iterable[str]) -> dict[str, Any]:
    """The values of the `wanted` vars, from `given` or their defaults.

    given: values by name; the var advanced may hold those of advanced ones. Raises RetentionError that names
    every value that is not allowed, and every name that is not wanted.
    """
    flat = {name: value for name, value in given.items() if name != "advanced"}
    values = {**flat, **{k: v for k, v in (given.get("advanced") or {}).items() if k in set(wanted)}}
    wrong = [f"there is no var {name}; {nearest(name, wanted)}" for name in flat if name not in set(wanted)]
    found = {}
    for name in wanted:
        var = all_vars()[name]
        value = values.get(name, var.default)
        refusal = var.refusal_of(value)
        if refusal:
            wrong.append(refusal)
        else:
            found[name] = var.typed(value)
    if wrong:
        raise RetentionError(". ".join(wrong))
    return found


def nearest(name: str, names: Iterable[str]) -> str:
    """The nearest of `names` as a hint: 'did you mean churn_tuning?'."""
    close = difflib.get_close_matches(name, list(names), n=1)
    return f"did you mean {close[0]}?" if close else "see docs/vars.md"


@cache
def _macros() -> SqlMacros:
    return SqlMacros(None)


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = _macros().call("_vars_contract")
    return table
