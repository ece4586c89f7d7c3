"""The profile of a shop: written where there is none, checked where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import PLUGIN

STORAGE = "storage_compatibility_version"
PROFILE = """# Where dbt builds. docs/installing.md of dbt-retention explains the lines.
{name}:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: warehouse/{name}.duckdb
      threads: 2
      # Other clients read the file too, from DuckDB 1.4 on.
      config_options: {{storage_compatibility_version: v1.4.0}}
      plugins:
        - module: dbt_retention.duckdb_plugin
          config: {{models_path: models_onnx}}
"""


def profile_name(settings: dict[str, Any]) -> str:
    """The profile that dbt_project.yml names. Raises RetentionError where it names none."""
    name = settings.get("profile")
    if not isinstance(name, str) or not name:
        raise RetentionError(
            f"dbt_project.yml names no profile. Add: profile: {settings.get('name', 'my_shop')}, "
            "and run retention init again"
        )
    return name


def write_profile(project: Project, settings: dict[str, Any]) -> tuple[Path | None, list[str]]:
    """The profiles.yml that was written, or None where the profile exists, and the lines that it lacks."""
    name = profile_name(settings)
    path = project.profiles_folder / "profiles.yml"
    try:
        profiles = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except yaml.YAMLError as error:
        raise RetentionError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error
    profile = (profiles or {}).get(name)
    if profile is None:
        ours = project.folder / "profiles.yml"
        if ours.exists():
            return None, [
                f"{ours} has no profile '{name}'. Add:",
                *PROFILE.format(name=name).splitlines()[1:],
            ]
        ours.write_text(PROFILE.format(name=name), encoding="utf-8")
        return ours, []
    return None, [f"In {path}, {line}" for line in _lacks(name, profile)]


def _lacks(name: str, profile: Any) -> list[str]:
    """What the DuckDB outputs of a profile lack."""
    outputs = profile.get("outputs") if isinstance(profile, dict) else None
    lines = []
    for target, output in (outputs or {}).items():
        if not isinstance(output, dict) or output.get("type") != "duckdb":
            continue
        if not any(
            isinstance(each, dict) and each.get("module") == PLUGIN for each in output.get("plugins") or []
        ):
            lines.append(
                f"add to {name}.outputs.{target}: plugins: [{{module: {PLUGIN}, "
                "config: {models_path: models_onnx}}]"
            )
        if STORAGE not in (output.get("config_options") or {}):
            lines.append(f"add to {name}.outputs.{target}: config_options: {{{STORAGE}: v1.4.0}}")
    return lines
