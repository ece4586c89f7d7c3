"""Writes the var retention_features: the list of the feature families that the matrix joins."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from dbt_retention.commands.features_new import PREFIX
from dbt_retention.commands.project_yaml import (
    LIST,
    PACKAGE,
    listed_families,
    packages_folder,
    read_project,
    with_list,
)
from dbt_retention.dbt_runner import Project, install_packages, models_named
from dbt_retention.errors import RetentionError


@dataclass(frozen=True)
class Change:
    """The families that were added to the list and removed from it."""

    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        return bool(self.added or self.removed)

    def __str__(self) -> str:
        parts = [
            f"{verb} {', '.join(names)}"
            for verb, names in (("added", self.added), ("removed", self.removed))
            if names
        ]
        return "; ".join(parts) or "up to date"


def sync(project: Project, *, check: bool, console: Console) -> Change:
    """Set retention_features in dbt_project.yml to the families that dbt finds; return what changed.

    check: write nothing, and raise RetentionError where something would change.
    """
    install_packages(project, console=console)
    settings = read_project(project)
    default = _default_of_package(project, settings)
    found = _families_found(project, default, console=console)
    listed = listed_families(settings)
    before = default if listed is None else listed
    change = Change(
        added=tuple(name for name in found if name not in before),
        removed=tuple(name for name in before if name not in found),
    )
    if not change.is_needed:
        return change
    path = project.folder / "dbt_project.yml"
    if check:
        raise RetentionError(
            f"{LIST} in {path} is out of date: {change}. Run: retention features sync --project "
            f"{_relative(project.folder)}"
        )
    wanted = [*(name for name in before if name in found), *change.added]
    _replace(path, with_list(path.read_bytes().decode("utf-8"), wanted))
    return change


def _families_found(project: Project, default: list[str], *, console: Console) -> list[str]:
    """Names of the enabled feat_ models: first those of the package, in the order of its own list."""
    # The list is emptied, because dbt cannot parse a project whose list names a missing family.
    models = models_named(project, PREFIX, console=console, variables={LIST: []})
    return sorted(
        {name[len(PREFIX) :] for name in models},
        key=lambda name: (default.index(name) if name in default else len(default), name),
    )


def _default_of_package(project: Project, settings: dict[str, Any]) -> list[str]:
    """The list in the package's own dbt_project.yml."""
    if settings.get("name") == PACKAGE:
        return listed_families(settings) or []
    path = packages_folder(project, settings) / PACKAGE / "dbt_project.yml"
    if not path.is_file():
        return []
    return listed_families(yaml.safe_load(path.read_text(encoding="utf-8"))) or []


def _relative(folder: Path) -> Path:
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def _replace(path: Path, text: str) -> None:
    """Replace the file in one step."""
    new = path.with_name(path.name + ".tmp")
    try:
        new.write_bytes(text.encode("utf-8"))
        shutil.copymode(path, new)
        os.replace(new, path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise RetentionError(f"cannot write {path}: {error.strerror}") from error
