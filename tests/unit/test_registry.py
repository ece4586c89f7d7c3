"""Versions are published completely, the champion changes in one step, and altered files are not read."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT
from dbt_retention.errors import ModelAlteredError, ModelNotFoundError, RetentionError
from dbt_retention.registry import store as registry_module
from dbt_retention.registry.scoring import load, load_model
from dbt_retention.registry.store import Registry
from models import blend_of, card_and_onnx


@pytest.fixture(scope="module")
def parts() -> tuple:
    return card_and_onnx(blend_of("logistic_regression"))


def test_no_champion_before_the_first_training(tmp_path: Path) -> None:
    assert Registry(tmp_path).champion_card("churn") is None


def test_publishing_keeps_old_versions_and_moves_the_pointer(tmp_path: Path, parts: tuple) -> None:
    card, onnx_bytes = parts
    registry = Registry(tmp_path)
    registry.publish(card, onnx_bytes)
    registry.publish(card.model_copy(update={"version": "2024-02-01-b"}), onnx_bytes)
    champion = registry.champion_card("churn")
    assert champion is not None
    assert champion.version == "2024-02-01-b"
    names = sorted(path.name for path in (tmp_path / "churn").iterdir())
    assert names == ["2024-01-01-a", "2024-02-01-b", "champion.json"]
    files = sorted(path.name for path in (tmp_path / "churn" / "2024-01-01-a").iterdir())
    assert files == ["README.md", "card.json", "model.onnx"]
    assert "## Features" in (tmp_path / "churn" / "2024-01-01-a" / "README.md").read_text()


def test_a_version_is_always_readable_while_it_is_published_again(
    tmp_path: Path, parts: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, onnx_bytes = parts
    registry = Registry(tmp_path)
    folder = registry.publish(card, onnx_bytes)
    found = []
    real = os.replace

    def looked_at(source: Path, target: Path) -> None:
        found.append(load(folder).card.version)
        real(source, target)

    monkeypatch.setattr(registry_module.os, "replace", looked_at)
    monkeypatch.setattr(registry_module.shutil, "rmtree", lambda path, **_: load(folder))
    registry.publish(card.model_copy(update={"trained_at": "2030-01-01T00:00:00+00:00"}), onnx_bytes)
    assert found == [card.version] * 4, "model, card, README, champion"
    champion = registry.champion_card("churn")
    assert champion is not None
    assert champion.trained_at.startswith("2030")


def test_a_failing_write_keeps_the_champion_and_leaves_no_file(
    tmp_path: Path, parts: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, onnx_bytes = parts
    registry = Registry(tmp_path)
    registry.publish(card, onnx_bytes)
    real = registry_module._write

    def full_disk(path: Path, content: bytes) -> None:
        if path.name == "card.json":
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr(registry_module, "_write", full_disk)
    with pytest.raises(OSError, match="No space left"):
        registry.publish(card.model_copy(update={"version": "2024-02-01-b"}), onnx_bytes)
    assert sorted(path.name for path in (tmp_path / "churn").iterdir()) == ["2024-01-01-a", "champion.json"]
    champion = registry.champion_card("churn")
    assert champion is not None
    assert champion.version == "2024-01-01-a"


def test_errors_of_altered_and_missing_files_say_what_to_do(tmp_path: Path, parts: tuple) -> None:
    card, onnx_bytes = parts
    registry = Registry(tmp_path)
    folder = registry.publish(card, onnx_bytes)
    (folder / "model.onnx").write_bytes(onnx_bytes + b"x")
    with pytest.raises(ModelAlteredError, match=r"was altered: its sha256 is .* retention train"):
        registry.champion_card("churn")
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelNotFoundError, match=r"model\.onnx is missing.*retention train"):
        registry.champion_card("churn")
    (folder / "card.json").write_text('{"model": "churn"}')
    with pytest.raises(ModelAlteredError, match="is not a model card"):
        registry.champion_card("churn")
    (folder / "card.json").unlink()
    with pytest.raises(ModelNotFoundError, match=r"card\.json is missing"):
        registry.champion_card("churn")
    registry.champion_path("churn").write_text("{")
    with pytest.raises(ModelAlteredError, match="is not a champion pointer"):
        registry.champion_card("churn")


def test_scoring_with_an_altered_file_raises_a_clear_error(tmp_path: Path, parts: tuple) -> None:
    card, onnx_bytes = parts
    folder = Registry(tmp_path).publish(card, onnx_bytes)
    other = card.model_copy(update={"onnx_sha256": "0" * 64})
    (folder / "card.json").write_text(other.model_dump_json())
    words = r"model\.onnx was altered: its sha256 is .*, its card says 000000000000.*retention train"
    for read in (lambda: load(folder), lambda: load_model("churn", models=tmp_path)):
        with pytest.raises(ModelAlteredError, match=words):
            read()


def test_nothing_is_pickled_anywhere(tmp_path: Path, parts: tuple) -> None:
    """No pickle in the repository or in published files; our code imports nothing that reads one."""
    Registry(tmp_path).publish(*parts)
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [*(ROOT / name for name in tracked.stdout.split("\n") if name), *tmp_path.rglob("*.*")]
    assert len(files) > 100
    assert not [file for file in files if file.suffix in {".pkl", ".pickle", ".joblib", ".sav"}]
    for source in (ROOT / "python").rglob("*.py"):
        imported = re.findall(r"^\s*(?:import|from) (\w+)", source.read_text(), re.MULTILINE)
        assert not {"pickle", "joblib", "dill", "cloudpickle"} & set(imported), source.name


@pytest.mark.parametrize("name", ["../churn", "a/b", "", ".hidden", "a b"])
def test_a_model_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(RetentionError, match="is not a valid name of a model or version"):
        Registry(tmp_path).champion_card(name)
    (tmp_path / "churn").mkdir()
    (tmp_path / "churn" / "champion.json").write_text(json.dumps({"version": name}))
    with pytest.raises(RetentionError, match="is not a valid name of a model or version"):
        Registry(tmp_path).champion_card("churn")


def test_a_card_with_a_wrong_checksum_is_not_published(tmp_path: Path, parts: tuple) -> None:
    card, onnx_bytes = parts
    with pytest.raises(ModelAlteredError, match="describes another ONNX file"):
        Registry(tmp_path).publish(card, onnx_bytes + b"x")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_publication_left_is_removed_an_hour_later(tmp_path: Path, parts: tuple) -> None:
    registry = Registry(tmp_path)
    registry.publish(*parts)
    old, fresh = (tmp_path / "churn" / name for name in (".writing-old", ".writing-fresh"))
    for left in (old, fresh):
        left.mkdir()
        (left / "model.onnx").write_bytes(b"x")
    os.utime(old, (0, 0))
    registry.publish(*parts)
    assert not old.exists()
    assert fresh.exists()
