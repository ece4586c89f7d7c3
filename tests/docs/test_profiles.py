"""Every profile that is shown writes files that clients from DuckDB 1.4 on can read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import ROOT
from dbt_retention.commands.init_profile import PROFILE
from dbt_retention.commands.publish.serving_file import STORAGE_VERSION

SETTING = f"storage_compatibility_version: {STORAGE_VERSION}"
PLACES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.yml", "*.md", "docs/*.md", "examples/*/profiles.yml")
    for path in ROOT.glob(pattern)
    if re.search(r"^\s*type: duckdb$", path.read_text(), re.MULTILINE)
)


def test_profiles_are_found() -> None:
    assert {"profiles.yml", "docs/installing.md", "examples/cdnow/profiles.yml"} <= set(PLACES)


@pytest.mark.parametrize("place", PLACES)
def test_each_output_sets_the_storage_version(place: str) -> None:
    text = Path(ROOT / place).read_text()
    outputs = re.split(r"^\s*type: duckdb$", text, flags=re.MULTILINE)[1:]
    for output in outputs:
        block = re.split(r"\n\s*\n|^\s*type: ", output.lstrip("\n"), maxsplit=1, flags=re.MULTILINE)[0]
        assert SETTING in block, block


def test_the_profile_of_init_sets_it() -> None:
    assert SETTING in PROFILE.format(name="shop")
