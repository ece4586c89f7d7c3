"""Writes a new feature family: SQL, YAML and unit tests that build and pass, to start from."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

from dbt_retention.commands.project_yaml import PACKAGE, packages_folder, read_project
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError

PREFIX = "feat_"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_MAX_NAME_LENGTH = 40
# As in the package's other unit tests: they do not run in the build of a shop.
_ENABLED = f"    config: {{enabled: \"{{{{ project_name == '{PACKAGE}' }}}}\"}}\n"


def new_family(project: Project, *, name: str) -> tuple[Path, Path]:
    """Write feat_<name>.sql and feat_<name>.yml to the project's models; return their paths.

    Raises RetentionError, and writes nothing, where the name is not valid or a family of the project or of an
    installed package has it already.
    """
    if name.startswith(PREFIX):
        raise RetentionError(
            f"the family is called '{name}'; expected a name without '{PREFIX}'. Run: retention features new "
            f"{name[len(PREFIX) :]}"
        )
    if not _NAME.fullmatch(name) or len(name) > _MAX_NAME_LENGTH:
        raise RetentionError(
            f"'{name}' is not a valid feature family; expected at most {_MAX_NAME_LENGTH} lower-case "
            "letters, digits and single underscores, starting with a letter, e.g. weekend_habit"
        )
    settings = read_project(project)
    in_package = settings.get("name") == PACKAGE
    for taken in _existing_files(project, settings, name=name):
        raise RetentionError(f"{taken} already exists. Choose another name, or edit that file")
    folder = project.folder / _model_paths(settings)[0] / ("features" if in_package else "")
    sql, yml = (folder / f"{PREFIX}{name}.{ending}" for ending in ("sql", "yml"))
    _write_new({path: _filled(path.suffix, name, in_package=in_package) for path in (sql, yml)})
    return sql, yml


def _filled(suffix: str, name: str, *, in_package: bool) -> str:
    """The template; a shop has to name the package of the package's models and tests."""
    template = files(__package__) / "family_template" / f"feat_family{suffix}"
    return (
        template.read_text(encoding="utf-8")
        .replace("<name>", name)
        .replace("<scope>", "" if in_package else f"'{PACKAGE}', ")
        .replace("<test>", "" if in_package else f"{PACKAGE}.")
        .replace("<enabled>", _ENABLED if in_package else "")
    )


def _existing_files(project: Project, settings: dict[str, Any], *, name: str) -> list[Path]:
    roots = [project.folder / path for path in _model_paths(settings)]
    roots += packages_folder(project, settings).glob("*/models")
    return [
        path
        for root in roots
        for ending in ("sql", "yml", "yaml", "py")
        for path in sorted(root.rglob(f"{PREFIX}{name}.{ending}"))
    ]


def _model_paths(settings: dict[str, Any]) -> list[str]:
    return settings.get("model-paths") or ["models"]


def _write_new(contents: dict[Path, str]) -> None:
    """Write all files or none; an existing file is not overwritten."""
    written: list[Path] = []
    try:
        for path, text in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as new:
                written.append(path)
                new.write(text.encode("utf-8"))
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise RetentionError(f"cannot write {error.filename}: {error.strerror}") from error
