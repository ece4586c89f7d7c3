"""Starts a feature family, and keeps the var retention_features in step with the families there are.

dbt_project.yml belongs to the shop: only the characters of the list are replaced, at the places that the YAML
parser names. Comments, quotes and indents elsewhere stay as they are, byte for byte.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from dbt_retention.dbt_runner import Project, install_packages, models_named
from dbt_retention.errors import RetentionError

PACKAGE = "retention"
LIST = "retention_features"
PREFIX = "feat_"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_NAME = 40


@dataclass(frozen=True)
class Change:
    """What brings the list in step."""

    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def is_needed(self) -> bool:
        return bool(self.added or self.removed)


def new_family(project: Project, *, name: str) -> tuple[Path, Path]:
    """Write models/feat_<name>.sql and .yml, a family that builds and passes its tests; their paths.

    Raises RetentionError where the name is no name, or taken by a family of the project or of a package;
    nothing is written then.
    """
    if name.startswith(PREFIX):
        raise RetentionError(f"the family is called '{name}'; leave out '{PREFIX}': {name[len(PREFIX) :]}")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise RetentionError(
            f"'{name}' is no name of a family; expected at most {_LONGEST_NAME} lower-case letters, digits "
            "and single underscores, with a letter first, e.g. weekend_habit"
        )
    settings = _settings(project)
    in_package = settings.get("name") == PACKAGE
    for taken in _files_of(project, settings, name=name):
        raise RetentionError(f"{taken} exists already; choose another name, or edit that file")
    folder = project.folder / _model_paths(settings)[0] / ("features" if in_package else "")
    sql, yml = folder / f"{PREFIX}{name}.sql", folder / f"{PREFIX}{name}.yml"
    _write_new({sql: _fill(_SQL, name, in_package), yml: _fill(_YML, name, in_package)})
    return sql, yml


def sync(project: Project, *, check: bool, console: Console) -> Change:
    """Write the families that dbt finds, and no others, into retention_features; what changed.

    check: write nothing, and raise RetentionError where something would change.
    """
    install_packages(project, console=console)
    found = families_found(project, console=console)
    path = project.folder / "dbt_project.yml"
    text = path.read_bytes().decode("utf-8")
    settings = _settings(project)
    listed = _listed(settings)
    now = listed if listed is not None else _default_of_package(project, settings)
    change = Change(
        added=tuple(name for name in found if name not in now),
        removed=tuple(name for name in now if name not in found),
    )
    if not change.is_needed:
        return change
    if check:
        raise RetentionError(
            f"{LIST} in {path} is out of step: {in_words(change)}. Run: retention features sync --project "
            f"{_shown(project.folder)}"
        )
    wanted = [*(name for name in now if name in found), *change.added]
    _replace(path, with_list(text, wanted))
    return change


def families_found(project: Project, *, console: Console) -> list[str]:
    """Names of the enabled feat_ models, by dbt: those of the package first, in the order of its own list."""
    models = models_named(
        project, PREFIX, console=console, variables={LIST: []}
    )  # the list may name what is gone, and dbt would refuse to read the project
    default = _default_of_package(project, _settings(project))
    return sorted(
        {name[len(PREFIX) :] for name in models},
        key=lambda name: (default.index(name) if name in default else len(default), name),
    )


def in_words(change: Change) -> str:
    """'added weekend; removed gone'."""
    parts = [
        f"{verb} {', '.join(names)}"
        for verb, names in (("added", change.added), ("removed", change.removed))
        if names
    ]
    return "; ".join(parts) or "nothing to do"


def with_list(text: str, names: Sequence[str]) -> str:
    """`text` of a dbt_project.yml with retention_features set to `names`, all else as it was."""
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
    """Take out and append single items; each of the others keeps its place, quotes and comment."""
    items = [(str(item.value), item.start_mark.index, item.end_mark.index) for item in node.value]
    kept = [item for item in items if item[0] in names]
    added = [name for name in names if name not in {item[0] for item in items}]
    if not kept:
        return _splice(text, node.start_mark.index, items[-1][2] + bool(node.flow_style), _flow(names))
    if node.flow_style:
        inner = ", ".join([*(text[start:end] for _, start, end in kept), *added])
        if len(kept) == len(items):  # the list may run over lines and hold comments: append behind the last
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
    """The list where none was: under vars: retention:, whatever of these is there already."""
    for scope, missing in (
        (_child(_child(root, "vars"), PACKAGE), ()),
        (_child(root, "vars"), (PACKAGE,)),
    ):
        if isinstance(scope, yaml.MappingNode) and scope.value:
            first = scope.value[0][0].start_mark
            if scope.flow_style:
                nested = f"{LIST}: {_flow(names)}"
                for key in missing:
                    nested = f"{key}: {{{nested}}}"
                return _splice(text, first.index, first.index, f"{nested}, ")
            lines = _block(missing, names, indent=first.column)
            start = first.index - first.column
            return _splice(text, start, start, newline.join([*lines, ""]))
        if scope is not None and not missing:
            nested = f"{{{LIST}: {_flow(names)}}}"
            return _splice(text, scope.start_mark.index, scope.end_mark.index, nested, pad=True)
    vars_node = _child(root, "vars")
    if vars_node is not None:
        nested = f"{{{PACKAGE}: {{{LIST}: {_flow(names)}}}}}"
        return _splice(text, vars_node.start_mark.index, vars_node.end_mark.index, nested, pad=True)
    lines = _block(("vars", PACKAGE), names, indent=0)
    return newline.join([text.rstrip("\r\n"), "", *lines, ""])


def _block(keys: Iterable[str], names: Sequence[str], *, indent: int) -> list[str]:
    depth = indent
    lines = []
    for key in (*keys, LIST):
        lines.append(f"{' ' * depth}{key}:")
        depth += 2
    return [*lines, *(f"{' ' * depth}- {name}" for name in names)]


def _flow(names: Sequence[str]) -> str:
    return f"[{', '.join(names)}]"


def _splice(text: str, start: int, end: int, written: str, *, pad: bool = False) -> str:
    """pad: behind a bare 'key:' a blank is needed."""
    blank = " " if pad and text[start - 1] == ":" else ""
    return text[:start] + blank + written + text[end:]


def _end_of_line(text: str, index: int) -> int:
    """Where the line ends that `index` lies on, comment included, line break not."""
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
    """Raises RetentionError unless the list is all that differs."""
    try:
        settings = yaml.safe_load(after) or {}
        same = _without_list(settings) == _without_list(yaml.safe_load(before) or {})
        done = _listed(settings) == list(names)
    except (yaml.YAMLError, RetentionError):
        same = done = False
    if not (same and done):
        raise RetentionError(
            f"dbt_project.yml is written in a way that cannot be edited safely, so it was left alone. "
            f"Set by hand, under vars: {PACKAGE}: {LIST}: {_flow(names)}"
        )


def _without_list(settings: dict[str, Any]) -> dict[str, Any]:
    scopes = {**(settings.get("vars") or {})}
    scopes[PACKAGE] = {key: value for key, value in (scopes.get(PACKAGE) or {}).items() if key != LIST}
    scopes.pop(LIST, None)
    return {**settings, "vars": scopes}


def _listed(settings: dict[str, Any]) -> list[str] | None:
    """The list as dbt_project.yml has it, the package's scope before the general one; None = not set."""
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


def _default_of_package(project: Project, settings: dict[str, Any]) -> list[str]:
    """The list that the package itself ships."""
    if settings.get("name") == PACKAGE:
        return _listed(settings) or []
    path = _packages_folder(project, settings) / PACKAGE / "dbt_project.yml"
    return (_listed(yaml.safe_load(path.read_text(encoding="utf-8"))) or []) if path.is_file() else []


def _settings(project: Project) -> dict[str, Any]:
    path = project.folder / "dbt_project.yml"
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise RetentionError(f"{path} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(settings, dict):
        raise RetentionError(f"{path} is empty; a dbt project has at least a name")
    return settings


def _files_of(project: Project, settings: dict[str, Any], *, name: str) -> list[Path]:
    """Files of a family of this name, in the project and in the packages it has installed."""
    roots = [project.folder / path for path in _model_paths(settings)]
    roots += _packages_folder(project, settings).glob("*/models")
    return [
        path
        for root in roots
        for ending in ("sql", "yml", "yaml", "py")
        for path in sorted(root.rglob(f"{PREFIX}{name}.{ending}"))
    ]


def _model_paths(settings: dict[str, Any]) -> list[str]:
    return settings.get("model-paths") or ["models"]


def _packages_folder(project: Project, settings: dict[str, Any]) -> Path:
    return project.folder / str(settings.get("packages-install-path") or "dbt_packages")


def _shown(folder: Path) -> Path:
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def _write_new(files: dict[Path, str]) -> None:
    """All of them or none; a file that exists stays as it is."""
    written: list[Path] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as new:
                written.append(path)
                new.write(text.encode("utf-8"))
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise RetentionError(f"cannot write {error.filename}: {error.strerror}") from error


def _replace(path: Path, text: str) -> None:
    """The whole new text at once, or the old one."""
    beside = path.with_name(path.name + ".tmp")
    try:
        beside.write_bytes(text.encode("utf-8"))
        shutil.copymode(path, beside)
        os.replace(beside, path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise RetentionError(f"cannot write {path}: {error.strerror}") from error


def _fill(template: str, name: str, in_package: bool) -> str:
    """The package's own models are called by name alone; a shop's name the package too."""
    scope, test = ("", "") if in_package else (f"'{PACKAGE}', ", f"{PACKAGE}.")
    return template.replace("<name>", name).replace("<scope>", scope).replace("<test>", test)


_SQL = """\
-- One row per customer and as_of_date: how often did the customer buy in the last 84 days?
-- The history holds what was known on that morning and nothing later; days_ago is at least 1.
with spine as (

    select * from {{ ref(<scope>'int_retention__spine') }}

),

history as (

    select * from {{ ref(<scope>'int_retention__order_history') }}

),

counted as (

    select
        customer_id,
        as_of_date,
        cast(count(*) filter (where days_ago <= 84) as double) as <name>_orders_count_84d
    from history
    group by customer_id, as_of_date

),

final as (

    select
        spine.customer_id,
        spine.as_of_date,
        coalesce(counted.<name>_orders_count_84d, 0) as <name>_orders_count_84d
    from spine
    left join counted
        on
            spine.customer_id = counted.customer_id
            and spine.as_of_date = counted.as_of_date

)

select * from final
"""

_YML = """\
version: 2

models:
  - name: feat_<name>
    description: >
      One row per customer and as_of_date: how often did the customer buy in the last 84 days, by what was
      known on that morning?
    config:
      materialized: by_date
      meta:
        reasons:
          - reason: <name>
            features: [<name>_orders_count_84d]
            words: >-
              Orders in the last 84 days: {<name>_orders_count_84d}
              (average: {average.<name>_orders_count_84d:1})
            holds_if: "{<name>_orders_count_84d} < {average.<name>_orders_count_84d:1}"
    data_tests:
      - <test>one_row_per:
          arguments:
            columns: [customer_id, as_of_date]
      - <test>row_count_equals:
          arguments:
            other: int_retention__spine
      - <test>columns_hold:
          arguments:
            not_null: [customer_id, as_of_date, <name>_orders_count_84d]
            in_range: {<name>_orders_count_84d: [0, null]}
    columns:
      - name: customer_id
        description: The customer.
      - name: as_of_date
        description: The morning.
      - name: <name>_orders_count_84d
        description: Purchases in 84 days. Never null; 0 = none.

unit_tests:
  - name: <name>_orders_count_84d__reaches_back_84_days_and_no_further
    description: A window of 84 days counts the purchase 84 days ago and not the one 85 days ago.
    model: feat_<name>
    given:
      - input: ref(<scope>'int_retention__spine')
        rows:
          - {customer_id: A, as_of_date: 2024-03-03}
      - input: ref(<scope>'int_retention__order_history')
        rows:
          - {customer_id: A, as_of_date: 2024-03-03, order_id: '1', purchase_date: 2023-12-10, days_ago: 84}
          - {customer_id: A, as_of_date: 2024-03-03, order_id: '2', purchase_date: 2023-12-09, days_ago: 85}
    expect:
      rows:
        - {customer_id: A, <name>_orders_count_84d: 1}

  - name: <name>_orders_count_84d__is_zero_for_quiet_customers
    description: A customer without a purchase keeps a row, with zero where nothing happened.
    model: feat_<name>
    given:
      - input: ref(<scope>'int_retention__spine')
        rows:
          - {customer_id: A, as_of_date: 2024-03-03}
      - input: ref(<scope>'int_retention__order_history')
        rows: []
    expect:
      rows:
        - {customer_id: A, <name>_orders_count_84d: 0}
"""
