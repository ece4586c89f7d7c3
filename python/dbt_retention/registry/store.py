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
import time
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from dbt_retention.errors import ModelAlteredError, ModelNotFoundError, RetentionError
from dbt_retention.registry.card import Card
from dbt_retention.registry.files import MEGABYTE, read_regular
from dbt_retention.registry.graph import check_graph
from dbt_retention.registry.readme import readme_of
from dbt_retention.registry.signing import FIELD, require_signature, signature_of, signing_key

DEFAULT_MODELS_PATH = "models_onnx"
DEFAULT_MODEL_MEGABYTES = 100  # as the var max_model_megabytes
CHAMPION_FILE = "champion.json"
UNFINISHED = ".writing-"
ABANDONED_AFTER_SECONDS = 3600
MAX_POINTER_BYTES = 10_000
MAX_CARD_BYTES = 5 * MEGABYTE
_SAFE_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*$")


class Registry:
    """The versions of every model below one folder.

    max_model_megabytes: larger ONNX files are neither read nor published.
    """

    def __init__(self, root: Path, *, max_model_megabytes: float = DEFAULT_MODEL_MEGABYTES) -> None:
        self.root = root
        self.max_model_megabytes = max_model_megabytes

    def champion_path(self, model: str) -> Path:
        """The pointer file of `model`."""
        return self.root / _checked_name(model) / CHAMPION_FILE

    def champion_folder(self, model: str) -> Path | None:
        """The folder of the champion's version, or None where no champion was named yet."""
        pointer = self.champion_path(model)
        try:
            fields = json.loads(read_regular(pointer, max_bytes=MAX_POINTER_BYTES))
            version, named = fields["version"], fields.get("model", model)
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ModelAlteredError(
                f"{pointer} is not a champion pointer ({error}). Restore it, or run: retention train"
            ) from error
        if not isinstance(version, str) or named != model:
            raise ModelAlteredError(
                f"{pointer} is not a champion pointer: it names version {json.dumps(version)} of model "
                f"{json.dumps(named)}; expected a version of {model}. Restore it, or run: retention train"
            )
        return pointer.parent / _checked_name(version)

    def champion_card(self, model: str) -> Card | None:
        """The champion's card, or None where no champion was named yet.

        Raises ModelNotFoundError where the pointer names a version whose files are gone, and
        ModelAlteredError where the ONNX file is not the one that the card describes.
        """
        folder = self.champion_folder(model)
        return None if folder is None else self.read(folder)[0]

    def read(self, folder: Path) -> tuple[Card, bytes]:
        """The card and the ONNX file in the folder of a version, both checked.

        Raises ModelNotFoundError, and ModelAlteredError where the files do not belong together, or are none
        that this package writes.
        """
        path = folder / "model.onnx"
        content = _card_bytes(folder)
        card = _card_of(content, folder)
        onnx_bytes = verify_onnx(path, card, max_megabytes=self.max_model_megabytes)
        require_signature(content, onnx_bytes, path=folder / "card.json")
        check_graph(onnx_bytes, card, path=path)
        return card, onnx_bytes

    def usable_champion_card(self, model: str) -> Card | None:
        """The champion's card, or None where there is none or its files are damaged."""
        with contextlib.suppress(ModelAlteredError, ModelNotFoundError):
            return self.champion_card(model)
        return None

    def cards(self, model: str) -> list[Card]:
        """The cards of all published versions of `model`, oldest first.

        Cards that this version of the package cannot read are left out; with a signing key also those that
        are not signed with it.
        """
        found = []
        for path in (self.root / _checked_name(model)).glob("*/card.json"):
            if _SAFE_NAME.match(path.parent.name):
                with contextlib.suppress(ModelAlteredError, ModelNotFoundError):
                    found.append(self.read(path.parent)[0] if signing_key() else read_card(path.parent))
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
        size = len(onnx_bytes) / MEGABYTE
        if size > self.max_model_megabytes:
            raise RetentionError(
                f"the new {card.model} model has {size:,.1f} MB; max_model_megabytes is "
                f"{self.max_model_megabytes:g}. Set advanced: {{max_model_megabytes: {size * 2:.0f}}} in "
                "vars, or remove its largest candidate"
            )
        card_json = _signed(card, onnx_bytes)
        folder = self.root / _checked_name(card.model) / _checked_name(card.version)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(folder.parent)
            staged = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder.parent))
        except OSError as error:
            raise RetentionError(
                f"the models folder {self.root} cannot be written: {error.strerror}. The {card.model} model "
                "was trained but not published, and the champion stays. Make the folder writable, or set "
                "models_path in profiles.yml to another"
            ) from error
        try:
            _write(staged / "model.onnx", onnx_bytes)
            _write(staged / "card.json", card_json)
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
    return _card_of(_card_bytes(folder), folder)


def _card_bytes(folder: Path) -> bytes:
    path = folder / "card.json"
    try:
        return read_regular(path, max_bytes=MAX_CARD_BYTES)
    except FileNotFoundError as error:
        raise ModelNotFoundError(
            f"{path} is missing, but champion.json points to it. Restore it, or run: retention train"
        ) from error


def _card_of(content: bytes, folder: Path) -> Card:
    path = folder / "card.json"
    try:
        card = Card.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ModelAlteredError(
            f"{path} is not a model card ({where}: {first['msg']}). Restore it, or run: retention train"
        ) from error
    if (card.model, card.version) != (folder.parent.name, folder.name):
        raise ModelAlteredError(
            f"{path} is the card of {card.model} {card.version}; expected {folder.parent.name} "
            f"{folder.name}. Restore it, or run: retention train"
        )
    return card


def verify_onnx(path: Path, card: Card, *, max_megabytes: float = DEFAULT_MODEL_MEGABYTES) -> bytes:
    """The bytes of the ONNX file at `path`. Raises ModelAlteredError where they do not match `card`."""
    remedy = "Raise advanced: {max_model_megabytes: ...} in vars, restore the file, or run: retention train"
    try:
        content = read_regular(path, max_bytes=int(max_megabytes * MEGABYTE), remedy=remedy)
    except FileNotFoundError as error:
        raise ModelNotFoundError(f"{path} is missing. Restore it, or run: retention train") from error
    found = hashlib.sha256(content).hexdigest()
    if found != card.onnx_sha256:
        raise ModelAlteredError(
            f"{path} was altered: its sha256 is {found[:12]}…, its card says {card.onnx_sha256[:12]}…. "
            "Restore the file, or run: retention train"
        )
    return content


def _signed(card: Card, onnx_bytes: bytes) -> bytes:
    """The card as JSON; signed where the environment has a key."""
    unsigned = card.model_dump_json(indent=2, exclude={FIELD}).encode()
    key = signing_key()
    if key is None:
        return unsigned + b"\n"
    signature = signature_of(unsigned, onnx_bytes, key=key)
    return card.model_copy(update={FIELD: signature}).model_dump_json(indent=2).encode() + b"\n"


def _remove_abandoned(folder: Path) -> None:
    """Remove what publications left that were killed; a younger folder may be of one that still runs."""
    for left in folder.glob(f"{UNFINISHED}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


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
