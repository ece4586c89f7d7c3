"""Writes docs/vars.md, the vars of dbt_project.yml and the settings of Python models from the table of vars.

python tests/vars_pages.py            # write them (make vars)
python tests/vars_pages.py --check    # exit 1 where a file is not what the table says
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "python"))

from dbt_retention.training.settings import (  # noqa: E402
    ChurnSettings,
    SegmentSettings,
    SentimentSettings,
    Settings,
)
from dbt_retention.vars_table import Var, all_vars, groups  # noqa: E402

PAGE = ROOT / "docs" / "vars.md"
PROJECT = ROOT / "dbt_project" / "dbt_project.yml"
MODELS = ROOT / "dbt_project" / "models"
SETTINGS: dict[str, type[Settings]] = {
    "training/ml_churn_model": ChurnSettings,
    "training/ml_segment_model": SegmentSettings,
    "history/int_retention__sentiment_model": SentimentSettings,
    "decisions/uplift/int_retention__uplift_model": Settings,
}
WIDTH = 110
START, END = "<!-- written by make vars -->", "<!-- end of what make vars writes -->"


def main() -> int:
    wanted = dict(pages())
    wrong = [path for path, text in wanted.items() if path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in wrong:
            print(
                f"{path.relative_to(ROOT)} is not what the table of vars says. Run: make vars",
                file=sys.stderr,
            )
        return bool(wrong)
    for path in wrong:
        path.write_text(wanted[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


def pages() -> Iterator[tuple[Path, str]]:
    """Each file that follows from the table, and what it must hold."""
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    yield PAGE, f"{before}{START}\n{tables()}{END}{rest.split(END)[1]}"
    project = PROJECT.read_text(encoding="utf-8")
    start, end = project.index("vars:\n"), project.index("\nmodels:\n")
    yield PROJECT, project[:start] + project_vars() + project[end:]
    for name, kind in SETTINGS.items():
        path = (MODELS / name).with_suffix(".yml")
        lines = "".join(f"        {setting}\n" for setting in model_settings(kind))
        block = f"      # Written by make vars from the fields of {kind.__name__}.\n      settings:\n{lines}"
        text = path.read_text(encoding="utf-8")
        yield (
            path,
            re.sub(r"^      # Written by.*\n      settings:\n(?:        .*\n)*", block, text, flags=re.M),
        )


def tables() -> str:
    """The tables of docs/vars.md."""
    parts = []
    for group, (title, page) in groups().items():
        rows = [var for var in all_vars().values() if var.group == group and not var.is_advanced]
        parts.append(f"\n## {title}\n\n{more(page)}{table(rows)}")
    rows = [var for var in all_vars().values() if var.is_advanced]
    return "".join(parts) + f"\nNames of the var `advanced`:\n\n{table(rows)}"


def table(rows: list[Var]) -> str:
    """Rows as a table of Markdown."""
    head = "| var | default | value | meaning |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{var.name}` | `{in_line(var.default)}` | {var.expected} | {var.means}{link(var)} |\n"
        for var in rows
    )


def more(page: str) -> str:
    """The line under a heading that links to the page."""
    return "" if page == PAGE.name else f"More: [{page.removesuffix('.md')}]({page}).\n\n"


def link(var: Var) -> str:
    """Where another page than the group's says more."""
    return "" if var.page == groups()[var.group][1] else f" See [{var.page.removesuffix('.md')}]({var.page})."


def in_line(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def project_vars() -> str:
    """The vars of dbt_project.yml, each with a comment."""
    lines = [
        "vars:",
        "  # Written by make vars from macros/internal/_vars_contract.sql. What each may be: docs/vars.md",
        "  retention:",
    ]
    for group, (title, page) in groups().items():
        rows = [var for var in all_vars().values() if var.group == group and not var.is_advanced]
        lines += ["", f"    # {title}: docs/{page}"]
        for var in rows:
            comment = textwrap.wrap(var.means, WIDTH - 6, break_on_hyphens=False)
            lines += [f"    # {line}" for line in comment]
            flat = f"    {var.name}: {in_line(var.default)}"
            if len(flat) <= WIDTH:
                lines.append(flat)
            elif isinstance(var.default, dict):
                items = [f"{name}: {in_line(value)}" for name, value in var.default.items()]
                lines += [f"    {var.name}:", *(f"      {item}" for item in items)]
            else:
                lines += [f"    {var.name}:", *(f"      - {in_line(item)}" for item in var.default)]
    return "\n".join(lines).replace("retention:\n\n", "retention:\n") + "\n"


def model_settings(kind: type[Settings]) -> Iterator[str]:
    """The settings of a Python model: the vars that it reads, and the advanced ones at once."""
    names = [field.name for field in fields(kind)]
    for name in names:
        if not all_vars()[name].is_advanced:
            yield f"""{name}: "{{{{ var('{name}') }}}}\""""
    if any(all_vars()[name].is_advanced for name in names):
        yield """advanced: "{{ var('advanced') }}\""""


if __name__ == "__main__":
    raise SystemExit(main())
