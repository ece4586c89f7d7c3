"""Signs cards: where the environment has RETENTION_SIGNING_KEY, only models signed with this key are loaded.

The signature is an HMAC-SHA256 over the card (without the signature) and the ONNX file. The checksum of a
card shows damage; only a signature shows a card that someone else wrote.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from dbt_retention.errors import ModelAlteredError, RetentionError

KEY = "RETENTION_SIGNING_KEY"
MIN_KEY_LENGTH = 16
FIELD = "signature"


def signing_key() -> bytes | None:
    """The key of the environment; None where it is not set. Raises RetentionError where it is too short."""
    key = os.environ.get(KEY)
    if key is None:
        return None
    if len(key) < MIN_KEY_LENGTH:
        raise RetentionError(
            f"{KEY} has {len(key)} characters; expected at least {MIN_KEY_LENGTH}, such as the output of: "
            "openssl rand -hex 32. To load models without signatures, unset it"
        )
    return key.encode()


def signature_of(card_json: bytes, onnx_bytes: bytes, *, key: bytes) -> str:
    """HMAC-SHA256 in hexadecimal digits. card_json: a card; its signature, spaces and order do not matter."""
    fields = json.loads(card_json, object_pairs_hook=_unique)
    fields.pop(FIELD, None)
    card = json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    message = len(card).to_bytes(8, "big") + card + onnx_bytes
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def require_signature(card_json: bytes, onnx_bytes: bytes, *, path: Path) -> None:
    """With a key in the environment: raise ModelAlteredError unless the card is signed with it."""
    key = signing_key()
    if key is None:
        return
    given = json.loads(card_json).get(FIELD) or ""
    if not given:
        reason = "is not signed"
    elif not hmac.compare_digest(str(given), signature_of(card_json, onnx_bytes, key=key)):
        reason = f"was altered, or was signed with another {KEY}"
    else:
        return
    raise ModelAlteredError(
        f"{path} {reason}, and {KEY} is set, so the model was not loaded. Train it again where "
        "the key is set: retention train"
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ModelAlteredError("a card names a field twice. Restore it, or run: retention train")
    return fields
