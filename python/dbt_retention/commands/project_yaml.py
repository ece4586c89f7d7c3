"""Reads dbt_project.yml, and replaces the list retention_features in it.

The file belongs to the shop. Only the characters of the list are replaced, at the positions that the YAML
parser reports; comments, quotes, indentation and line ends elsewhere keep their bytes. A round-trip YAML
library would not keep them: see DECISIONS.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError

PACKAGE = "retention"
LIST = "retention_features"


def read_project(project: Project) -> dict[str, Any]:
    """The contents of dbt_project.yml. Raises RetentionError where it is not a YAML mapping."""
    path = project.folder / "dbt_project.yml"
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise RetentionError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(settings, dict):
        raise RetentionError(f"{path} is not a mapping; expected at least a name. See docs/installing.md")
    return settings


def packages_folder(project: Project, settings: dict[str, Any]) -> Path:
    """The folder into which `dbt deps` installs packages."""
    return project.folder / str(settings.get("packages-install-path") or "dbt_packages")


def listed_families(settings: dict[str, Any]) -> list[str] | None:
    """retention_features: of the scope vars: retention: if it is there, else of vars:; None = not set."""
    scopes = settings.get("vars") or {}
    for scope in (scopes.get(PACKAGE) or {}, scopes):
        if LIST in scope:
            value = scope[LIST]
            if value is not None and not isinstance(value, list):
                raise RetentionError(
                    f"{LIST} is '{value}'; expected a list of families, e.g. [weekend]. See docs/features.md"
                )
            return [str(name) for name in value or []]
    return None


def with_list(text: str, names: Sequence[str]) -> str:
    """`text` of a dbt_project.yml with retention_features set to `names`; all other bytes stay the same.

    Raises RetentionError where the file is written in a way that cannot be edited like this, e.g. where the
    list is a YAML alias.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    newline = "\r\n" if "\r\n" in text else "\n"
    in_scope = _child(_child(_child(root, "vars"), PACKAGE), LIST)
    node = in_scope if in_scope is not None else _child(_child(root, "vars"), LIST)
    if node is None:
        edited = _insert_list(text, root, names, newline=newline)
    elif isinstance(node, yaml.SequenceNode) and node.value:
        edited = _edit_list(text, node, names, newline=newline)
    else:
        edited = _splice(text, node.start_mark.index, node.end_mark.index, _flow(names), pad=True)
    _refuse_other_changes(text, edited, names)
    return edited


def _edit_list(text: str, node: yaml.SequenceNode, names: Sequence[str], *, newline: str) -> str:
    """Remove and append single items; every other item keeps its position, quotes and comment."""
    items = [(str(item.value), item.start_mark.index, item.end_mark.index) for item in node.value]
    kept = [item for item in items if item[0] in names]
    added = [name for name in names if name not in {item[0] for item in items}]
    if not kept:
        return _splice(text, node.start_mark.index, items[-1][2] + bool(node.flow_style), _flow(names))
    if node.flow_style:
        inner = ", ".join([*(text[start:end] for _, start, end in kept), *added])
        if len(kept) == len(items):  # it may have several lines and comments
            return _splice(text, kept[-1][2], kept[-1][2], "".join(f", {name}" for name in added))
        return _splice(text, node.start_mark.index, node.end_mark.index, f"[{inner}]")
    start_of_line = text.rfind("\n", 0, kept[-1][1]) + 1
    indent = text[start_of_line : kept[-1][1]]
    edits = [(_end_of_line(text, kept[-1][2]), 0, "".join(f"{newline}{indent}{name}" for name in added))]
    for name, start, end in items:
        if name not in names:
            first = text.rfind("\n", 0, start) + 1
            edits.append((first, _end_of_line(text, end) + len(newline) - first, ""))
    for start, length, written in sorted(edits, reverse=True):
        text = text[:start] + written + text[start + length :]
    return text


def _insert_list(text: str, root: yaml.Node | None, names: Sequence[str], *, newline: str) -> str:
    """Add the list under vars: retention:, with the keys that are missing."""
    parent, missing = root, ["vars", PACKAGE, LIST]
    while len(missing) > 1 and (child := _child(parent, missing[0])) is not None:
        parent, missing = child, missing[1:]
    if parent is None or parent is root:
        return newline.join([text.rstrip("\r\n"), "", *_block(missing, names, indent=0), ""])
    flow = _flow(names)
    for key in reversed(missing[1:]):
        flow = f"{{{key}: {flow}}}"
    if not (isinstance(parent, yaml.MappingNode) and parent.value):
        written = f"{{{missing[0]}: {flow}}}"
        return _splice(text, parent.start_mark.index, parent.end_mark.index, written, pad=True)
    first = parent.value[0][0].start_mark
    if parent.flow_style:
        return _splice(text, first.index, first.index, f"{missing[0]}: {flow}, ")
    lines = _block(missing, names, indent=first.column)
    start_of_line = first.index - first.column
    return _splice(text, start_of_line, start_of_line, newline.join([*lines, ""]))


def _block(keys: Sequence[str], names: Sequence[str], *, indent: int) -> list[str]:
    lines = [f"{' ' * (indent + 2 * depth)}{key}:" for depth, key in enumerate(keys)]
    return [*lines, *(f"{' ' * (indent + 2 * len(keys))}- {name}" for name in names)]


def _flow(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]"


def _splice(text: str, start: int, end: int, written: str, *, pad: bool = False) -> str:
    """Replace text[start:end]. pad: put a space before it where it follows 'key:' directly."""
    space = " " if pad and text[start - 1] == ":" else ""
    return text[:start] + space + written + text[end:]


def _end_of_line(text: str, index: int) -> int:
    """Index of the line break, or of the end of the text, after `index`."""
    end = text.find("\n", index)
    if end < 0:
        return len(text)
    return end - 1 if text[end - 1] == "\r" else end


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key and isinstance(value, yaml.Node):
                return value
    return None


def _refuse_other_changes(before: str, after: str, names: Sequence[str]) -> None:
    """Raise RetentionError unless the list is the only difference."""
    try:
        settings = yaml.safe_load(after) or {}
        same = _without_list(settings) == _without_list(yaml.safe_load(before) or {})
        done = listed_families(settings) == list(names)
    except (yaml.YAMLError, RetentionError):
        same = done = False
    if not (same and done):
        raise RetentionError(
            "dbt_project.yml is written in a way that cannot be edited safely, and was not changed. "
            f"Set by hand, under vars: {PACKAGE}: {LIST}: {_flow(names)}"
        )


def _without_list(settings: dict[str, Any]) -> dict[str, Any]:
    scopes = {**(settings.get("vars") or {})}
    scopes[PACKAGE] = {key: value for key, value in (scopes.get(PACKAGE) or {}).items() if key != LIST}
    scopes.pop(LIST, None)
    return {**settings, "vars": scopes}
