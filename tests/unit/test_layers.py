"""The folders of the Python package import in one direction only."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "python" / "dbt_retention"
FOLDERS = {"registry", "training", "sql_functions", "generate", "bi", "commands"}
# What a folder may import besides itself and the modules beside the folders.
ALLOWED = {
    "registry": set(),
    "training": {"registry"},
    "sql_functions": {"registry"},
    "generate": set(),
    "bi": set(),
    "commands": {"registry", "training", "sql_functions", "generate", "bi"},
}
ENGINES_AND_LEARNERS = {"duckdb", "dbt", "pyspark", "sklearn", "skl2onnx"}


def imports_of(path: Path) -> set[str]:
    """Dotted names of the modules that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def modules() -> dict[str, set[str]]:
    """The modules of the package that each of its modules imports, by dotted name."""
    files = {}
    for path in PACKAGE.rglob("*.py"):
        parts = ("dbt_retention", *path.relative_to(PACKAGE).with_suffix("").parts)
        files[".".join(parts).removesuffix(".__init__")] = path
    return {name: imports_of(path) & (set(files) - {name, "dbt_retention"}) for name, path in files.items()}


def folder_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("folder", sorted(FOLDERS))
def test_a_folder_imports_only_folders_below_it(folder: str) -> None:
    """Also through the modules beside the folders."""
    imported = modules()
    waiting = [name for name in imported if folder_of(name) == folder]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += imported[name]
    assert {folder_of(name) for name in seen} & FOLDERS <= {folder} | ALLOWED[folder]


def test_the_registry_imports_no_engine_and_no_learner() -> None:
    for path in (PACKAGE / "registry").rglob("*.py"):
        assert not {name.split(".")[0] for name in imports_of(path)} & ENGINES_AND_LEARNERS, path.name


def test_no_module_imports_itself_through_others() -> None:
    list(TopologicalSorter(modules()).static_order())  # raises CycleError
