"""The Chinese README says what the English one says, where it can be compared."""

from __future__ import annotations

import re

from conftest import ROOT

ENGLISH, CHINESE = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))


def results(page: str) -> set[str]:
    """The rows of measured results."""
    return set(re.findall(r"^\| (?:Complete Journey|CDNOW), .*$", page, re.MULTILINE))


def test_both_have_the_same_results() -> None:
    assert len(results(CHINESE)) == 3
    assert results(CHINESE) == results(ENGLISH)


def test_links_and_tables_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", CHINESE)
    assert len(links) > 15
    assert [link for link in links if not (ROOT / link).exists()] == []
    marts = {path.stem for path in (ROOT / "dbt_project/models").rglob("mart_*.sql")}
    assert set(re.findall(r"mart_\w+", CHINESE)) <= marts


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", CHINESE)) <= targets
