"""`features sync` edits only the list of families; `features new` writes a whole family or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from dbt_retention.commands.features_new import new_family
from dbt_retention.commands.project_yaml import with_list
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError

NAMES = ["kept", "weekend"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (  # a block: comments of items stay with them, all other comments stay in place
            "vars:\n  retention:\n    # Families.\n    retention_features:\n      - gone   # old\n"
            "      - 'kept'   # ours\n\n    # Training.\n    training_policy:   always\n",
            "vars:\n  retention:\n    # Families.\n    retention_features:\n"
            "      - 'kept'   # ours\n      - weekend\n\n    # Training.\n    training_policy:   always\n",
        ),
        (
            "vars:\n  retention:\n    retention_features:\n    - kept\n    - gone",
            "vars:\n  retention:\n    retention_features:\n    - kept\n    - weekend\n",
        ),
        (
            'vars: {retention: {retention_features: [gone, "kept"], a: 1}}  # all\n',
            'vars: {retention: {retention_features: ["kept", weekend], a: 1}}  # all\n',
        ),
        (
            "vars:\n  retention:\n    retention_features: [\n      kept,  # ours\n    ]\nname: x\n",
            "vars:\n  retention:\n    retention_features: [\n      kept, weekend,  # ours\n    ]\nname: x\n",
        ),
        ("vars:\n  retention_features: [kept]\n", "vars:\n  retention_features: [kept, weekend]\n"),
        (
            "vars:\n  retention_features:\n    - gone  # old\nname: x\n",
            "vars:\n  retention_features:\n    [kept, weekend]  # old\nname: x\n",
        ),
        (
            "vars:\n  retention:\n    retention_features: []  # none\n    a: 1\n",
            "vars:\n  retention:\n    retention_features: [kept, weekend]  # none\n    a: 1\n",
        ),
        (
            "vars:\n  retention:\n    retention_features:\n    a: 1\n",
            "vars:\n  retention:\n    retention_features: [kept, weekend]\n    a: 1\n",
        ),
        (
            "name: x\r\nvars:\r\n    retention:\r\n        a: 1   # one\r\n",
            "name: x\r\nvars:\r\n    retention:\r\n        retention_features:\r\n          - kept\r\n"
            "          - weekend\r\n        a: 1   # one\r\n",
        ),
        (
            "vars:\n  other: {a: 1}\n",
            "vars:\n  retention:\n    retention_features:\n      - kept\n      - weekend\n  other: {a: 1}\n",
        ),
        ("vars: {a: 1}\n", "vars: {retention: {retention_features: [kept, weekend]}, a: 1}\n"),
        ("vars:\n  retention:\n", "vars:\n  retention: {retention_features: [kept, weekend]}\n"),
        ("vars:\nname: x\n", "vars: {retention: {retention_features: [kept, weekend]}}\nname: x\n"),
        (
            "name: x  # mine\n",
            "name: x  # mine\n\n"
            "vars:\n  retention:\n    retention_features:\n      - kept\n      - weekend\n",
        ),
        (  # spaces, folded text, numbers and keys without a value elsewhere keep their bytes
            "name:   x\nclean-targets: [a ,  b]\nvars:\n    retention:\n        note: >\n            folded\n"
            "            text\n        share: 1e3\n        retention_features:\n        - kept\n"
            "        empty:\nquery-comment: \"{{ 'a' }}\"   # last",
            "name:   x\nclean-targets: [a ,  b]\nvars:\n    retention:\n        note: >\n            folded\n"
            "            text\n        share: 1e3\n        retention_features:\n        - kept\n"
            "        - weekend\n        empty:\nquery-comment: \"{{ 'a' }}\"   # last",
        ),
        (  # Windows line ends
            "name: x\r\nvars:\r\n  retention_features:\r\n    - gone\r\n    - kept # ours\r\n  a: 1\r\n",
            "name: x\r\nvars:\r\n  retention_features:\r\n    - kept # ours\r\n    - weekend\r\n  a: 1\r\n",
        ),
        (  # another script, an emoji before the list
            "# 店 🛒\nvars: {retention_features: [kept]}\n",
            "# 店 🛒\nvars: {retention_features: [kept, weekend]}\n",
        ),
    ],
)
def test_only_the_list_changes(before: str, after: str) -> None:
    assert with_list(before, NAMES) == after
    assert with_list(after, NAMES) == after


def test_a_list_that_cannot_be_edited_safely_is_not_edited() -> None:
    shared = "a: &one [kept]\nvars:\n  retention:\n    retention_features: *one\n"
    with pytest.raises(RetentionError, match=r"Set by hand.*\[kept, weekend\]"):
        with_list(shared, NAMES)


def project_in(folder: Path, name: str = "somebody") -> Project:
    (folder / "dbt_project.yml").write_text(f"name: {name}\nmodel-paths: [sql]\n")
    return Project(folder, folder)


@pytest.mark.parametrize("name", ["Weekend", "week end", "1st", "a__b", "../x", "", "x" * 41, "feat_weekend"])
def test_a_bad_name_is_refused_and_nothing_written(tmp_path: Path, name: str) -> None:
    project = project_in(tmp_path)
    with pytest.raises(RetentionError, match=r"expected at most 40 lower-case|without 'feat_'"):
        new_family(project, name=name)
    assert not (tmp_path / "sql").exists()


def test_a_skeleton_is_written_to_the_project_s_model_path(tmp_path: Path) -> None:
    paths = new_family(project_in(tmp_path), name="weekend")
    assert paths == (tmp_path / "sql/feat_weekend.sql", tmp_path / "sql/feat_weekend.yml")
    assert "ref('retention', 'int_retention__spine')" in paths[0].read_text()
    assert "retention.claims" in paths[1].read_text()


def test_a_skeleton_of_the_package_is_written_to_its_features_room(tmp_path: Path) -> None:
    paths = new_family(project_in(tmp_path, "retention"), name="weekend")
    assert paths[0] == tmp_path / "sql/features/feat_weekend.sql"
    assert "ref('int_retention__spine')" in paths[0].read_text()
    assert "retention." not in paths[1].read_text()


@pytest.mark.parametrize(
    "taken", ["sql/deep/feat_weekend.yml", "dbt_packages/retention/models/feat_weekend.sql"]
)
def test_a_taken_name_is_refused_and_nothing_written(tmp_path: Path, taken: str) -> None:
    project = project_in(tmp_path)
    (tmp_path / taken).parent.mkdir(parents=True)
    (tmp_path / taken).write_text("mine")
    files = set(tmp_path.rglob("*"))
    with pytest.raises(RetentionError, match=r"feat_weekend\.\w+ already exists"):
        new_family(project, name="weekend")
    assert set(tmp_path.rglob("*")) == files
    assert (tmp_path / taken).read_text() == "mine"


def test_a_skeleton_is_written_completely_or_not_at_all(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "feat_weekend.yml").symlink_to(tmp_path / "nowhere" / "x")
    with pytest.raises(RetentionError, match=r"already exists|cannot write"):
        new_family(project, name="weekend")
    assert not (tmp_path / "sql" / "feat_weekend.sql").exists()
