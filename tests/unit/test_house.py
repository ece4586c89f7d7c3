"""The check of the house's limits and phrases finds each kind of problem."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

import house
from house import LINE_LENGTH, MODEL_LINES, PHRASES, long_lines_in, misnamed, phrases_in, too_long


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A list of whom to call.\n", '1: "whom": write which customers, or who'),
        ("One row\nper customer of\ntoday.\n", '2: "of today": write on the latest as_of_date'),
        ("-- no event\n-- yet to\n-- come\n", '2: "yet to -- come": write in the future'),
        ("NOBODY left", '1: "NOBODY": write no customer, or none'),
        ("{# a slip #}", '1: "slip": write data error'),
    ],
)
def test_a_phrase_is_found_with_its_line_and_a_plain_wording(text: str, expected: str) -> None:
    assert list(phrases_in(text)) == [expected]


def test_names_and_plain_english_pass() -> None:
    passing = "first_date_after(today) slipped; a Lester; for it; amend; the-morning-after"
    assert list(phrases_in(passing)) == []


@pytest.mark.parametrize("plain", PHRASES.values())
def test_a_plain_wording_holds_no_phrase(plain: str) -> None:
    assert list(phrases_in(plain)) == []


def test_a_long_line_is_found() -> None:
    lines = f"select 1\n{'x' * LINE_LENGTH}\n{'x' * (LINE_LENGTH + 1)}\n"
    [found] = long_lines_in(lines)
    assert found.startswith("3: a line of 111 characters; at most 110")


def test_a_long_model_is_found() -> None:
    text = "select\n" * MODEL_LINES
    assert list(too_long(text, limit=MODEL_LINES, what="lines")) == []
    [found] = too_long(text + "1\n", limit=MODEL_LINES, what="lines")
    assert found.startswith("1: 151 lines; at most 150")


@pytest.mark.parametrize(
    ("name", "kind", "is_right"),
    [
        ("is_chosen", "boolean", True),
        ("chosen", "boolean", False),
        ("is_chosen", "integer", False),
        ("scored_date", "date", True),
        ("scored", "date", False),
        ("scored_date", "string", False),
        ("scored_at", "timestamp", True),
        ("scored_date", "timestamp", False),
        ("orders_count", "bigint", True),
    ],
)
def test_a_column_whose_name_tells_another_type_is_found(name: str, kind: str, is_right: bool) -> None:
    assert (not list(misnamed([{"name": name, "data_type": kind}]))) == is_right


def test_each_kind_is_found_in_a_planted_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "dbt_project"
    monkeypatch.setattr(house, "ROOT", tmp_path)
    monkeypatch.setattr(house, "PROJECT", project)
    planted = {
        "README.md": "Nobody reads this.\n",
        "docs/page.md": "The model shall train.\n",
        "dbt_project/target/built.md": "Nobody checks what tools write.\n",
        "dbt_project/macros/wide.sql": f"{'x' * 120}\n",
        "dbt_project/models/marts/mart_long.sql": "select\n" * 151,
        "dbt_project/models/marts/mart_long.yml": (
            "models: [{name: mart_long, columns: [{name: chosen, data_type: boolean}]}]\n"
        ),
    }
    for folder in ("unit", "pipeline"):
        planted[f"tests/{folder}/test_value.py"] = ""
    for name, text in planted.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = list(house.problems({"dbt_project/models/marts/mart_long.sql": "select\n" * 501}))
    assert [re.sub(r":.*", "", problem) for problem in found] == [
        *("test_value.py", "README.md", "docs/page.md", "dbt_project/macros/wide.sql"),
        *["dbt_project/models/marts/mart_long.sql"] * 2,
        "dbt_project/models/marts/mart_long.yml",
    ]
