"""Commands, options, advanced vars and columns that texts name exist."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from conftest import ROOT
from dbt_retention.cli import app
from dbt_retention.vars_table import all_vars
from typer.main import get_command

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FOLDERS = ("dbt_project/models", "dbt_project/macros", "python/dbt_retention", "examples")
# Names in backticks on pages that are not the package's.
NOT_OURS = {
    # examples of what a shop calls its own
    "my_actions", "my_orders", "my_save_rates", "retention_test",
    "customer_embedding_taste_1_last_ever", "product_embedding_picture_1_avg_364d",
    # dbt, Spark and phonenumbers
    "generate_schema_name", "server_side_parameters", "max_by", "min_by", "timestamp_ntz",
    "is_possible_number", "is_valid_number",
    # aliases in SQL of Python: retention summary --json
    "scored_count", "holdout_count",
    # prefixes
    "int_retention__", "stg_retention__",
}  # fmt: skip


def texts() -> Iterator[tuple[str, str]]:
    """Name and content of every file with text that a user may read."""
    sources = list(PAGES)
    for folder in FOLDERS:
        files = sorted((ROOT / folder).rglob("*"))
        sources += [path for path in files if path.suffix in (".sql", ".yml", ".py")]
    for path in sources:
        name = path.relative_to(ROOT).as_posix()
        if not re.search(r"/(?:dbt_packages|target|logs)/|dbt_retention/macros/", name):
            yield name, path.read_text(encoding="utf-8")


def commands() -> dict[str, set[str]]:
    """The options of each command of `retention`, by its words."""
    found = {}
    for name, command in get_command(app).commands.items():
        below: dict[str, Any] = getattr(command, "commands", None) or {"": command}
        for sub, one in below.items():
            options = {opt for given in one.params for opt in (*given.opts, *given.secondary_opts)}
            found[f"{name} {sub}".strip()] = options | {"--help"}
    return found


@cache
def identifiers() -> frozenset[str]:
    """Models, columns, vars, macros, values that SQL writes, columns of seeds, names of Python."""
    found = set(all_vars())

    def add(part: Any) -> None:
        if isinstance(part, dict):
            found.update(str(key) for key in part)
            found.update(value for value in part.values() if isinstance(value, str) and value.isidentifier())
        for below in part.values() if isinstance(part, dict) else part if isinstance(part, list) else []:
            add(below)

    for var in all_vars().values():
        add(dict(var.kind))
        found.update(var.kind.get("choices", []))
        found.update(var.kind.get("each", {}).get("choices", []))
    for path in (ROOT / "dbt_project").rglob("*.yml"):
        if "/target/" not in path.as_posix():
            add(yaml.safe_load(path.read_text(encoding="utf-8")))
    for path in (ROOT / "dbt_project").rglob("*.sql"):
        if "/target/" not in path.as_posix():
            found.add(path.stem.removeprefix("test_"))
            text = path.read_text(encoding="utf-8")
            found.update(re.findall(r"'(\w+)'", text), re.findall(r"\bas (\w+)", text))
    for path in (*(ROOT / "seeds").glob("*.csv"), *(ROOT / "dbt_project" / "defaults").glob("*.csv")):
        found.update([path.stem], re.findall(r"\w+", path.read_text(encoding="utf-8").splitlines()[0]))
    for path in (ROOT / "python" / "dbt_retention").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found.update(re.findall(r"(?:def|class) (\w+)", text), re.findall(r'"(\w+)"', text))
        found.update(re.findall(r"^    (\w+):", text, re.MULTILINE))
        found.update(re.findall(r"\b(\w+) (?:varchar|bigint)\b", text))  # columns of a table that it creates
    markers = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["markers"]
    found.update(marker.split(":")[0] for marker in markers)
    return frozenset(found)


def test_commands_and_options_that_texts_name_exist() -> None:
    known = commands()
    wrong = set()
    for name, text in texts():
        for line in re.findall(r"(?:`|^    |Run: )retention ([a-z][^`\n]*)", text, re.MULTILINE):
            words = re.findall(r"[a-z_]+", line.split("--")[0])[:2]
            found = next((command for command in (" ".join(words[:2]), words[0]) if command in known), None)
            if found is None and not any(command.startswith(f"{words[0]} ") for command in known):
                wrong.add((name, line))
            options = re.findall(r"(?<!\S)--[a-z][a-z-]*", line) if found else []
            wrong |= {(name, line) for option in options if option not in known[found or ""]}
    assert wrong == set()


def test_advanced_vars_that_texts_name_exist() -> None:
    advanced = {name for name, var in all_vars().items() if var.is_advanced} | {"name"}
    named = {(name, var) for name, text in texts() for var in re.findall(r"advanced: \{(\w+):", text)}
    assert {(name, var) for name, var in named if var not in advanced} == set()


def test_names_in_backticks_on_pages_exist() -> None:
    named = {
        (page.name, word)
        for page in PAGES
        for word in re.findall(r"`(\w+_\w+)`", page.read_text(encoding="utf-8"))
    }
    assert {(page, word) for page, word in named if word not in identifiers() | NOT_OURS} == set()
    assert {word for _, word in named} >= NOT_OURS, "an exception that no page needs"
