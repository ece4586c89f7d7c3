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


def links(page: str) -> set[str]:
    """Where a page links to, except the other language and its picture."""
    found = set(re.findall(r"\]\(([^)#]+)\)", page))
    return {link for link in found if not link.startswith(("README", "docs/images"))}


def rows(page: str) -> list[str]:
    """What stands first in each row of the page's tables, where it is a name or a figure."""
    return re.findall(r"^\| (`?\w+`?) \|", page, re.MULTILINE)


def commands(page: str) -> set[str]:
    """The lines of the code blocks."""
    return set(re.findall(r"^    (.+)$", page, re.MULTILINE))


def test_both_link_to_the_same_pages() -> None:
    assert len(links(ENGLISH)) > 8
    assert links(CHINESE) == links(ENGLISH)
    pictures = re.findall(r"\]\((docs/images/[^)]+)\)", CHINESE)
    assert pictures
    assert all((ROOT / picture).exists() for picture in pictures)


def test_both_have_the_same_tables() -> None:
    marts = [row for row in rows(ENGLISH) if "mart_" in row]
    assert len(marts) == 5
    assert [row for row in rows(CHINESE) if "mart_" in row] == marts
    figures = [line for line in ENGLISH.splitlines() if re.match(r"\| \d", line)]
    assert len(figures) == 3
    assert [line for line in CHINESE.splitlines() if re.match(r"\| \d", line)] == figures


def test_both_have_the_same_parts_steps_and_commands() -> None:
    for part in (r"^## ", r"^\d\. ", r"^- "):
        assert len(re.findall(part, CHINESE, re.MULTILINE)) == len(re.findall(part, ENGLISH, re.MULTILINE))
    assert commands(ENGLISH) <= commands(CHINESE)
    assert all(line in ENGLISH or "--language zh" in line for line in commands(CHINESE))


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", CHINESE)) <= targets
