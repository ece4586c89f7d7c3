"""Does the repository keep its limits and its plain English? Part of `make lint`; needs compiled models.

A model has at most 150 lines, and 500 compiled; a line of SQL or Jinja has at most 110 characters. A few
phrases that are hard to read must not come back: each has a plain wording. Names of columns in contracts
agree with their type.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
PROJECT = ROOT / "dbt_project"

MODEL_LINES = 150
COMPILED_LINES = 500
LINE_LENGTH = 110

PHRASES = {
    r"whom": "which customers, or who",
    r"mornings?": "as_of_date, or decision date",
    r"(?:as|was|were|is|are|be|been) said": "predicted, given, or reported",
    r"seek the like": "use as a lookalike seed",
    r"slips?": "data error",
    r"stands? twice": "is a duplicate",
    r"million millions": "1e12",
    r"(?:gets?|got|has|have) words": "raises a clear error, or has a sentence",
    r"in words[,.;]|, in words|(?:says?|said|tells?|told|names?|named|refused?|refuses) in words": (
        "explains, or a text"
    ),
    r"knows? nothing later": "backtested with only the data available at the time",
    r"called? a churner": "predicted to churn, or the cutoff",
    r"foretells?|foretold": "predict",
    r"nobody": "no customer, or none",
    r"shall": "must, should, or does",
    r"today'?s customers?": "customers scored on the latest as_of_date",
    r"of today": "on the latest as_of_date",
    r"go(?:es)? by": "uses, or depends on",
    r"came of": "the result, or the outcome",
    r"yet to come": "in the future",
    r"whoever": "who, or the customer who",
    r"anew": "again",
    r", for (?:it|they|there)": "because",
    r"mend(?:s|ed|ing)?": "fix, or correct",
    r"(?:leaves?|left|leaving) alone": "suppress, or hold out",
    r"has of its own": "custom",
    r"is no name of": "is not a valid",
    r"in silence": "silently",
    r"be it": "even if",
    r"lest": "so that ... not",
}
# A phrase may be broken by a line's end, and the next line may begin as a comment does.
SPACE = r"\s+(?:(?:--|#|>)\s+)?"
FOUND = {
    re.compile(rf"(?<![\w-])(?:{phrase.replace(' ', SPACE)})(?![\w-])", re.IGNORECASE): plain
    for phrase, plain in PHRASES.items()
}
ENDINGS = ("*.md", "*.sql", "*.yml", "*.py", "*.toml", "Makefile", ".ci/run")
FOLDERS = (
    *("docs", "dbt_project", "python", "tests", "benchmarks", "seeds"),
    *("examples/complete_journey", "examples/cdnow", "examples/ta_feng", ".ci"),
)
# Built by tools, or English that is no explanation: the phrases themselves, and texts of simulated customers.
LEFT_OUT = re.compile(
    r"(?:^|/)(?:target|logs|dbt_packages|warehouse|models_onnx|results|__pycache__)/"
    r"|^python/dbt_retention/macros/|^dbt_project/seeds/"
    r"|^python/dbt_retention/generate/words\.py$|^tests/house\.py$|^tests/unit/test_house\.py$"
)


def texts() -> list[Path]:
    """Every file that a reader opens, without what tools write."""
    tops = [path for ending in ("*.md", "*.yml", "*.toml", "Makefile") for path in ROOT.glob(ending)]
    below = [
        path
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.match("*.*") or path.name == "run"
    ]
    kept = {path for path in (*tops, *below) if any(path.match(ending) for ending in ENDINGS)}
    return sorted(path for path in kept if path.is_file() and not LEFT_OUT.search(name_of(path)))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def phrases_in(text: str) -> Iterator[str]:
    """Line, phrase and plain wording of all that is in PHRASES."""
    for pattern, plain in FOUND.items():
        for match in pattern.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield f'{line}: "{" ".join(match[0].split())}": write {plain}'


def long_lines_in(text: str) -> Iterator[str]:
    """Lines of SQL or Jinja that are too long."""
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LINE_LENGTH:
            yield f"{number}: a line of {len(line)} characters; at most {LINE_LENGTH}: break it"


def too_long(text: str, *, limit: int, what: str) -> Iterator[str]:
    """A model whose SQL has more lines than the limit."""
    lines = len(text.strip().splitlines())
    if lines > limit:
        yield f"1: {lines} {what}; at most {limit}: shorten it, or split it by meaning"


def misnamed(columns: Iterable[dict[str, str]]) -> Iterator[str]:
    """Columns of a contract whose name tells another type than theirs."""
    for column in columns:
        name, kind = column["name"], column["data_type"]
        for named, typed, form in (
            (name.startswith(("is_", "has_")), kind == "boolean", "a boolean begins with is_ or has_"),
            (name.endswith("_date"), kind == "date", "a date ends with _date"),
            (name.endswith("_at"), kind.startswith("timestamp"), "a timestamp ends with _at"),
        ):
            if named != typed:
                yield f"1: column {name} is of type {kind}: {form}, and nothing else does"


def shared_names(tests: Iterable[Path]) -> Iterator[str]:
    """Test files of one name in several folders: pytest collects only one of them."""
    for name, count in sorted(Counter(path.name for path in tests).items()):
        if count > 1:
            yield f"{name}:1: {count} test files have this name; pytest collects one: rename the others"


def problems(compiled: dict[str, str]) -> Iterator[str]:
    """All that is found in the repository: file, line, what it is, and what to do."""
    yield from shared_names((ROOT / "tests").rglob("test_*.py"))
    for path in texts():
        yield from (f"{name_of(path)}:{found}" for found in phrases_in(path.read_text()))
    sql = [path for folder in ("models", "macros", "tests") for path in PROJECT.glob(f"{folder}/**/*.sql")]
    for path in sorted([*sql, *ROOT.glob("examples/*/models/**/*.sql")]):
        yield from (f"{name_of(path)}:{found}" for found in long_lines_in(path.read_text()))
    for path in sorted(PROJECT.glob("models/**/*.sql")):
        found = [*too_long(path.read_text(), limit=MODEL_LINES, what="lines of a model")]
        code = compiled.get(name_of(path), "")
        found += too_long(code, limit=COMPILED_LINES, what="compiled lines of a model")
        yield from (f"{name_of(path)}:{one}" for one in found)
    for path in sorted(PROJECT.glob("models/**/mart_*.yml")):
        for model in yaml.safe_load(path.read_text())["models"]:
            yield from (f"{name_of(path)}:{found}" for found in misnamed(model["columns"]))


def compiled_models(manifest: Path) -> dict[str, str]:
    """The compiled SQL of each model, by its file."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    models = [node for node in nodes if node["resource_type"] == "model" and node["language"] == "sql"]
    if not models or not all(node.get("compiled_code") for node in models):
        raise SystemExit(f"{manifest}: models are not compiled. Run: dbt compile --project-dir dbt_project")
    return {f"dbt_project/{node['original_file_path']}": node["compiled_code"] for node in models}


if __name__ == "__main__":
    found = list(problems(compiled_models(PROJECT / "target" / "manifest.json")))
    print(*found, f"{len(texts())} files read, {len(found)} problems", sep="\n")
    sys.exit(bool(found))
