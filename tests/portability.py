"""Does the SQL of models and data tests suit Spark? Part of `make lint`; needs neither Spark nor Java.

Each of them, compiled, must parse as Spark SQL, and no source may call what one engine has alone: that
belongs behind a dispatched macro. What a parser cannot see, `make test-spark` does.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import sqlglot
from sqlglot.errors import SqlglotError

ROOT = Path(__file__).parent.parent
PROJECT = ROOT / "dbt_project"

BANNED = {
    r"\bdbt\.(?:datediff|dateadd)\('day'|\bdbt\.datediff\(": (
        "stops at a null on Spark; use days_between or days_from"
    ),
    r"(?<![\w.])list\(": "DuckDB only; use array_agg",
    r"\blist_\w+\(": "DuckDB only; write a dispatched macro",
    r"\bstring_agg\(": "DuckDB only; write a dispatched macro",
    r"\barray_agg\([^()]*\border by\b": "DuckDB only; order the array where it is read",
    r"\bunnest\(": "DuckDB only; write a dispatched macro",
    r"\b(?:date_diff|datediff|date_add|date_sub)\(": "differs between engines; use days_between or days_from",
    r"\b(?:arg_max|arg_min)\(": "DuckDB only; use max_by or min_by",
    r"(?<!dbt\.)\bgenerate_series\(": "DuckDB only; use dbt.generate_series",
    r"\b(?:strftime|strptime|epoch|struct_pack|regexp_matches|quantile_cont|len)\(": (
        "DuckDB only; write a dispatched macro"
    ),
    r"\b(?:md5|hash|sha256)\(": "differs between engines; use hash_bucket or row_hash",
    r"\basof\b": "DuckDB only; join and rank",
    r"\bexclude\s*\(": "DuckDB only; name the columns",
    r"::": "DuckDB only; use cast(… as …)",
    r"\bvarchar\b": "Spark wants a length; use {{ dbt.type_string() }}, or string in YAML",
    r",\s*\n\s*from\b": "a trailing comma before from",
    r"\btarget\.type\b": "a model never asks for the engine; write a dispatched macro",
}
COMMENTS = re.compile(r"{#.*?#}|--[^\n]*", re.DOTALL)


def banned() -> Iterator[str]:
    """What sources of models and tests call that one engine has alone, one sentence each."""
    for path in sorted([*PROJECT.glob("models/**/*.sql"), *PROJECT.glob("tests/**/*.sql")]):
        yield from (f"{path.relative_to(ROOT)}:{found}" for found in banned_in(path.read_text()))
    for path in sorted(PROJECT.glob("models/**/*.yml")):
        types = re.sub(r"^(?!\s*data_type:).*$", "", path.read_text(), flags=re.MULTILINE)
        yield from (f"{path.relative_to(ROOT)}:{found}" for found in banned_in(types))


def banned_in(source: str) -> Iterator[str]:
    """Line, words and remedy of all that is BANNED in a source; comments may say anything."""
    code = COMMENTS.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)
    for pattern, words in BANNED.items():
        for match in re.finditer(pattern, code):
            line = code.count("\n", 0, match.start()) + 1
            yield f"{line}: {' '.join(match[0].split())}: {words}"


def not_spark(nodes: list[dict[str, str]]) -> Iterator[str]:
    """Models and tests that are no Spark SQL, one sentence each."""
    for node in nodes:
        try:
            sqlglot.parse_one(node["compiled_code"], read="spark")
        except SqlglotError as error:
            place = f"dbt_project/{node['original_file_path']}, {node['name']}"
            yield f"{place}: no Spark SQL: {str(error).splitlines()[0]}"


def compiled(manifest: Path) -> list[dict[str, str]]:
    """The SQL models and data tests of a manifest; they must be compiled."""
    nodes = [
        node
        for node in json.loads(manifest.read_text())["nodes"].values()
        if node["resource_type"] in ("model", "test") and node["language"] == "sql"
    ]
    if not nodes or not all(node.get("compiled_code") for node in nodes):
        raise SystemExit(f"{manifest}: models are not compiled. Run: dbt compile --project-dir dbt_project")
    return nodes


if __name__ == "__main__":
    nodes = compiled(PROJECT / "target" / "manifest.json")
    problems = [*banned(), *not_spark(nodes)]
    print(*problems, f"{len(nodes)} models and tests read as Spark SQL, {len(problems)} problems", sep="\n")
    sys.exit(bool(problems))
