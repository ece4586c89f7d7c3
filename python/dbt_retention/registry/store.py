"""The registry, a folder such as `models_onnx/`: versions of models, the champion, publishing.

models_onnx/churn/champion.json                    {"model": "churn", "version": "2017-12-01-0f3c…"}
models_onnx/churn/2017-12-01-0f3c…/model.onnx      the graph
models_onnx/churn/2017-12-01-0f3c…/card.json       the contract between training and scoring
models_onnx/churn/2017-12-01-0f3c…/README.md       the card as text, with *.png beside it
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from dbt_retention.errors import ModelAlteredError, ModelNotFoundError, RetentionError
from dbt_retention.registry.card import Card
from dbt_retention.registry.readme import readme_of

DEFAULT_MODELS_PATH = "models_onnx"
CHAMPION_FILE = "champion.json"
_SAFE_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")


class Registry:
    """The versions of every model below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def champion_path(self, model: str) -> Path:
        """The pointer file of `model`."""
        return self.root / _checked_name(model) / CHAMPION_FILE

    def champion_folder(self, model: str) -> Path | None:
        """The folder of the champion's version, or None where no champion was named yet."""
        pointer = self.champion_path(model)
        try:
            version = json.loads(pointer.read_text(encoding="utf-8"))["version"]
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise ModelAlteredError(
                f"{pointer} is not a champion pointer ({error}). Restore it, or run: retention train"
            ) from error
        return pointer.parent / _checked_name(str(version))

    def champion_card(self, model: str) -> Card | None:
        """The champion's card, or None where no champion was named yet.

        Raises ModelNotFoundError where the pointer names a version whose files are gone, and
        ModelAlteredError where the ONNX file is not the one that the card describes.
        """
        folder = self.champion_folder(model)
        if folder is None:
            return None
        card = read_card(folder)
        verify_onnx(folder / "model.onnx", card)
        return card

    def usable_champion_card(self, model: str) -> Card | None:
        """The champion's card, or None where there is none or its files are damaged."""
        with contextlib.suppress(ModelAlteredError, ModelNotFoundError):
            return self.champion_card(model)
        return None

    def cards(self, model: str) -> list[Card]:
        """The cards of all published versions of `model`, oldest first.

        Cards that this version of the package cannot read are left out.
        """
        found = []
        for path in (self.root / _checked_name(model)).glob("*/card.json"):
            if _SAFE_NAME.match(path.parent.name):
                with contextlib.suppress(ModelAlteredError):
                    found.append(read_card(path.parent))
        return sorted(found, key=lambda card: (card.trained_at, card.version))

    def version_folder(self, model: str, version: str) -> Path:
        """The folder of a version of `model`; it may not exist."""
        return self.root / _checked_name(model) / _checked_name(version)

    def publish(self, card: Card, onnx_bytes: bytes, *, plots: Mapping[str, bytes] | None = None) -> Path:
        """Write a version, then point the champion at it.

        The files are written to a folder beside the version, which is then renamed, and the pointer is
        replaced in one step, so that a reader sees either the old or the new champion. Where the version
        exists already (the same data were trained again), its files are replaced one by one; the graph is the
        same. plots: PNG files by name, which the README shows. Raises ModelAlteredError where the card
        describes another ONNX file.
        """
        if hashlib.sha256(onnx_bytes).hexdigest() != card.onnx_sha256:
            raise ModelAlteredError(
                f"{card.model} {card.version}: the card describes another ONNX file. Run: retention train"
            )
        folder = self.root / _checked_name(card.model) / _checked_name(card.version)
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".writing-", dir=folder.parent))
        try:
            _write(staged / "model.onnx", onnx_bytes)
            _write(staged / "card.json", (card.model_dump_json(indent=2) + "\n").encode())
            _write(staged / "README.md", readme_of(card, plots=list(plots or {})).encode())
            for name, content in (plots or {}).items():
                _write(staged / _checked_name(name), content)
            staged.chmod(0o755)
            try:
                staged.rename(folder)
            except OSError:  # not empty: the version exists
                if not folder.is_dir():
                    raise
                written = {path.name for path in staged.iterdir()}
                for name in sorted(written):
                    os.replace(staged / name, folder / name)
                for path in folder.iterdir():
                    if path.name not in written:
                        path.unlink()
            pointer = json.dumps({"model": card.model, "version": card.version}) + "\n"
            staged.mkdir(exist_ok=True)
            _write(staged / CHAMPION_FILE, pointer.encode())
            os.replace(staged / CHAMPION_FILE, self.champion_path(card.model))
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        return folder


def read_card(folder: Path) -> Card:
    """The card in the folder of a version. Raises ModelNotFoundError, ModelAlteredError."""
    path = folder / "card.json"
    try:
        return Card.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelNotFoundError(
            f"{path} is missing, but champion.json points to it. Restore it, or run: retention train"
        ) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ModelAlteredError(
            f"{path} is not a model card ({where}: {first['msg']}). Restore it, or run: retention train"
        ) from error


def verify_onnx(path: Path, card: Card) -> bytes:
    """The bytes of the ONNX file at `path`. Raises ModelAlteredError where they do not match `card`."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ModelNotFoundError(f"{path} is missing. Restore it, or run: retention train") from error
    found = hashlib.sha256(content).hexdigest()
    if found != card.onnx_sha256:
        raise ModelAlteredError(
            f"{path} was altered: its sha256 is {found[:12]}…, its card says {card.onnx_sha256[:12]}…. "
            "Restore the file, or run: retention train"
        )
    return content


def _checked_name(name: str) -> str:
    """`name`, if it is a valid folder name, so that no path leads out of the registry."""
    if not _SAFE_NAME.match(name):
        raise RetentionError(
            f"'{name}' is not a valid name of a model or version; allowed are letters, digits, '.', '_' and "
            "'-', with a letter or digit first"
        )
    return name


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
