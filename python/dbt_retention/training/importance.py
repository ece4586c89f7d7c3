"""Permutation importance of the features of the churn model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import log_loss

from dbt_retention.arrays import Floats, Matrix
from dbt_retention.registry.scoring import session
from dbt_retention.training import RANDOM_STATE

EDGE = 1e-6  # probabilities are clipped to [EDGE, 1 - EDGE] before the log loss is taken
MAX_ROWS = 5000


def permutation_importance(
    onnx_bytes: bytes, matrix: Matrix, churned: Floats, *, features: Sequence[str]
) -> dict[str, float]:
    """Rise of the log loss where one feature is shuffled among customers, by feature, largest first.

    matrix: shape (rows, features); churned: shape (rows,), 0 or 1. At most 5,000 rows are used, the first of
    a fixed random order. Features that carry the same information share their importance, so each of them may
    look unimportant.
    Source: Breiman (2001), Random Forests; Fisher, Rudin & Dominici (2019), All Models are Wrong.
    """
    rng = np.random.default_rng(RANDOM_STATE)
    chosen = rng.permutation(len(matrix))[:MAX_ROWS]
    rows, truth = matrix[chosen].copy(), churned[chosen]
    model = session(onnx_bytes)

    def loss() -> float:
        scores = np.asarray(model.run(["result"], {"features": rows})[0], dtype=np.float64)
        return float(log_loss(truth, np.clip(scores, EDGE, 1 - EDGE), labels=[0, 1]))

    base, rises = loss(), {}
    for at, name in enumerate(features):
        own = rows[:, at].copy()
        rows[:, at] = rng.permutation(own)
        rises[name] = loss() - base
        rows[:, at] = own
    return dict(sorted(rises.items(), key=lambda item: (-item[1], item[0])))
