"""The order of a build with scoring: external, from dbt's manifest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

CALLS, TRAINS = "macro.retention.function_rows", "macro.retention.external_table"


@dataclass(frozen=True)
class Stage:
    """One run of dbt. external: models whose tables are made first; nodes: what dbt builds then."""

    external: list[str]
    nodes: list[str]


def calls_functions(node: Any) -> bool:
    """Whether the SQL of the model has rows with calls of functions (the macro function_rows)."""
    return CALLS in node.depends_on.macros


def stages_of(manifest: Any, selected: Collection[str]) -> list[Stage]:
    """The fewest stages in which every selected node comes after its parents.

    A node's stage is the largest number of external models on a path to it, itself included: what it reads
    outside dbt is then built. Names are unique ids, in order of the alphabet.
    """
    numbers: dict[str, int] = {}

    def number_of(name: str) -> int:
        if name not in numbers:
            node = manifest.nodes[name]
            parents = [number_of(parent) for parent in node.depends_on_nodes if parent in manifest.nodes]
            numbers[name] = max(parents, default=0) + (name in selected and _is_external(node))
        return numbers[name]

    stages: dict[int, list[str]] = {}
    for name in sorted(selected):
        stages.setdefault(number_of(name), []).append(name)
    return [
        Stage([name for name in names if _is_external(manifest.nodes[name])], names)
        for _, names in sorted(stages.items())
    ]


def _is_external(node: Any) -> bool:
    return node.resource_type == "model" and bool({CALLS, TRAINS} & set(node.depends_on.macros))
