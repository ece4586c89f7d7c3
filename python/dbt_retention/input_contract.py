"""The input contract: the columns of each input, as the models in staging/checked declare them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from dbt_retention.dbt_package import dbt_package_folder

PREFIX = "stg_retention__checked_"


@dataclass(frozen=True)
class Input:
    """Names of the columns of one input. types: of the columns that are not text: timestamp, number, ..."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    types: dict[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)


def inputs() -> dict[str, Input]:
    """Every input by name, orders first."""
    found = {}
    for path in sorted((dbt_package_folder() / "models" / "staging" / "checked").glob(f"{PREFIX}*.sql")):
        text = path.read_text(encoding="utf-8")
        required, optional, types = (
            ast.literal_eval(re.findall(rf"set {name} = (.*?) -?%}}", text, re.DOTALL)[0])
            for name in ("required", "optional", "types")
        )
        found[path.stem.removeprefix(PREFIX)] = Input(tuple(required), tuple(optional), dict(types))
    return dict(sorted(found.items(), key=lambda item: item[0] != "orders"))
