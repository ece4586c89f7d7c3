"""`retention init` adds one entry to packages.yml, keeps the others, and writes nothing where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from dbt_retention.commands.init import init
from dbt_retention.dbt_package import dbt_package_folder
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from rich.console import Console


def project_with(folder: Path, packages: str | None) -> Project:
    (folder / "dbt_project.yml").write_text("name: shop\n")
    if packages is not None:
        (folder / "packages.yml").write_text(packages)
    return Project(folder, folder)


@pytest.mark.parametrize(
    ("before", "others"),
    [
        (None, 0),
        ("", 0),
        ("# ours\npackages: []\n", 0),
        ("packages:\n  - local: ../other\n", 1),
        ("packages:\n- git: https://example.com/one.git  # one\n- local: ../two\n", 2),
    ],
)
def test_adds_one_entry_and_keeps_the_others(tmp_path: Path, before: str | None, others: int) -> None:
    project = project_with(tmp_path, before)
    init(project, console=Console(quiet=True))
    text = (tmp_path / "packages.yml").read_text()
    packages = yaml.safe_load(text)["packages"]
    assert len(packages) == others + 1
    [entry] = [package["local"] for package in packages if str(package.get("local")).endswith("dbt_project")]
    assert (tmp_path / entry).resolve() == dbt_package_folder()
    for line in (before or "").splitlines():
        assert line in text or line == "packages: []"


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ("packages:\n  - local: vendor/dbt_retention/dbt_project\n", "expected one entry"),
        ("- local: x\n", "is not a list of packages"),
        ("packages: [local\n", "is not a list of packages"),
        ("packages: [{local: ../other}]\n", "one entry per line"),
    ],
)
def test_refuses_and_writes_nothing(tmp_path: Path, before: str, says: str) -> None:
    project = project_with(tmp_path, before)
    with pytest.raises(RetentionError, match=says):
        init(project, console=Console(quiet=True))
    assert (tmp_path / "packages.yml").read_text() == before
