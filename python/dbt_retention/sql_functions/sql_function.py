"""What a SQL function is, independent of the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Arrow: TypeAlias = Any  # pa.Array | pa.ChunkedArray; pyarrow has no types


@dataclass(frozen=True)
class SqlFunction:
    """A function of Arrow columns with the same length, at least 1; its result has as many rows."""

    name: str
    call: Callable[..., Arrow]
    returns: Any  # pa.DataType


def items(column: Arrow) -> list[Any]:
    """The values of a column as Python objects; null is None."""
    values: list[Any] = column.to_pylist()
    return values
