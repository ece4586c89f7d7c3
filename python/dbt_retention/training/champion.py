"""The card of the champion, and the card of a new model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np

from dbt_retention import __version__
from dbt_retention.arrays import Matrix
from dbt_retention.errors import TrainingDataError
from dbt_retention.registry.card import Card
from dbt_retention.registry.store import Registry
from dbt_retention.training.settings import Settings

LIBRARIES = ("scikit-learn", "skl2onnx", "onnx", "onnxruntime", "numpy")


def champion_or_none(
    model: str, settings: Settings, registry: Registry, *, is_valid: Callable[[Card], bool]
) -> Card | None:
    """The champion's card where training_policy keeps it, None where a new model must be trained.

    is_valid: whether a card still fits the data and the vars; not asked where the policy is 'never'. Raises
    TrainingDataError where the policy is 'never' and there is no champion.
    """
    if settings.training_policy == "always":
        return None
    card = registry.champion_card(model)
    if settings.training_policy == "never":
        if card is None:
            raise TrainingDataError(
                f"training_policy is 'never', and there is no model '{model}' yet. Train one: retention train"
            )
        return card
    return card if card is not None and is_valid(card) else None


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
    """The card of a model that was just trained.

    learned_from: the first part of the version, a date or a count. matrix: the training rows, shape (rows,
    features), for the medians. offered: the columns from which the features were taken. boosting: names of
    boosting libraries that were used. fields: further fields of the card.
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
