"""The card of the model in use, and the card of a new one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np

from dbt_retention import __version__
from dbt_retention.errors import TrainingDataError
from dbt_retention.registry.card import Card
from dbt_retention.registry.scoring import LIBRARIES, Matrix
from dbt_retention.registry.store import Registry
from dbt_retention.training.settings import Settings


def champion_or_none(
    model: str, settings: Settings, registry: Registry, *, still_right: Callable[[Card], bool]
) -> Card | None:
    """The champion's card where the policy keeps it, None where a new one is to be trained."""
    if settings.training_policy == "always":
        return None
    card = registry.champion_card(model)
    if settings.training_policy == "never":
        if card is None:
            raise TrainingDataError(
                f"training_policy is 'never' and no model '{model}' was trained before. "
                "Train one first: retention train"
            )
        return card
    return card if card is not None and still_right(card) else None


def new_card(
    *,
    model: str,
    learned_from: str,
    onnx_bytes: bytes,
    matrix: Matrix | None = None,
    offered: Sequence[str] = (),
    boosting: Sequence[str] = (),
    **fields: Any,
) -> Card:
    """The card of a model that was just trained: what it is, of what, by which libraries.

    learned_from: the first half of its version, a date or a count. matrix: what it learned from, for the
    medians. offered: the columns that its features were taken from. boosting: libraries besides the usual.
    fields: more of the card's fields.
    """
    digest = hashlib.sha256(onnx_bytes).hexdigest()
    medians: Iterable[float] = [] if matrix is None else np.nanmedian(matrix.astype(np.float64), axis=0)
    return Card(
        model=model,
        version=f"{learned_from}-{digest[:8]}",
        onnx_sha256=digest,
        left_out_features=[name for name in offered if name not in fields["features"]],
        feature_medians=[float(value) for value in medians],
        trained_at=datetime.now(UTC).isoformat(timespec="seconds"),
        libraries={name: version(name) for name in LIBRARIES}
        | {name: str(import_module(name).__version__) for name in boosting}
        | {"dbt-retention": __version__},
        **fields,
    )
