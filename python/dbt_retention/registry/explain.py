"""Why this score? Additive contributions of groups of features, exact for any model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import factorial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import logit
from sklearn.metrics import log_loss

from dbt_retention.errors import RetentionError
from dbt_retention.registry.scoring import LoadedModel, Matrix, session
from dbt_retention.training.candidates import RANDOM_STATE
from dbt_retention.training.metrics import Floats

Coalition: TypeAlias = tuple[int, ...]  # groups that are present, in order

MAX_GROUPS = 10
EDGE = 1e-6
ROWS_TO_SHUFFLE = 5000


def group_contributions(
    model: LoadedModel, matrix: Matrix, groups: Sequence[Sequence[str]], *, orderings: int | None = None
) -> npt.NDArray[np.float64]:
    """Shapley values of feature groups in log-odds, shape (rows, groups + 1).

    A group that is "absent" takes the median customer's values; the last column is what the features
    of no group contribute. A row sums to its log-odds less those of the median customer. Exact with
    orderings None: the model is asked for all 2^groups coalitions, so at most 10 groups are allowed.
    Else the mean over so many fixed orderings of the groups and their reverses, which is exact as long as
    no more than two groups act together; the model is asked about 2 x orderings x groups times.
    Sources: Shapley (1953), A Value for n-Person Games; Lundberg & Lee (2017), eq. 8, on groups; Mitchell,
    Cooper, Frank & Holmes (2022), Sampling Permutations for Shapley Value Estimation (antithetic sampling).
    """
    positions = {name: at for at, name in enumerate(model.card.features)}
    chosen = [[positions[name] for name in group if name in positions] for group in groups]
    named = {at for group in chosen for at in group}
    chosen.append([at for at in range(len(positions)) if at not in named])
    count = len(chosen)
    if count > MAX_GROUPS:
        raise RetentionError(
            f"{count - 1} groups of reasons; at most {MAX_GROUPS - 1} can be told apart exactly. "
            "Merge some under one reason in the feature models' YAML"
        )
    medians = np.asarray(model.card.feature_medians, dtype=np.float32)
    weights = _all_coalitions(count) if orderings is None else _ordered_coalitions(count, orderings)
    worth = {
        present: _log_odds_with(model, matrix, medians, [chosen[at] for at in present])
        for present in sorted({rest for rest, _ in weights} | {_joined(*step) for step in weights})
    }
    contributions = np.zeros((len(matrix), count))
    for (rest, group), weight in weights.items():
        contributions[:, group] += weight * (worth[_joined(rest, group)] - worth[rest])
    return contributions


def _all_coalitions(count: int) -> dict[tuple[Coalition, int], float]:
    """How much each step from a coalition to that with one more group weighs."""
    return {
        (rest, group): factorial(size) * factorial(count - size - 1) / factorial(count)
        for size in range(count)
        for rest in combinations(range(count), size)
        for group in range(count)
        if group not in rest
    }


def _ordered_coalitions(count: int, orderings: int) -> dict[tuple[Coalition, int], float]:
    """The same, where only the steps along some orderings and their reverses count."""
    if orderings < 1:
        raise RetentionError(
            f"{orderings} orderings of reasons; expected 1 or more, or null for exact reasons"
        )
    rng = np.random.default_rng(RANDOM_STATE)
    weights: dict[tuple[Coalition, int], float] = {}
    for _ in range(orderings):
        forwards = [int(group) for group in rng.permutation(count)]
        for ordering in (forwards, forwards[::-1]):
            for at, group in enumerate(ordering):
                step = tuple(sorted(ordering[:at])), group
                weights[step] = weights.get(step, 0) + 1 / (2 * orderings)
    return weights


def _joined(rest: Coalition, group: int) -> Coalition:
    return tuple(sorted((*rest, group)))


def permutation_importance(
    onnx_bytes: bytes, matrix: Matrix, churned: Floats, *, features: Sequence[str]
) -> dict[str, float]:
    """How much log loss rises where one feature is shuffled among customers, largest first.

    matrix: shape (rows, features); churned: shape (rows,), 0 or 1. At most 5,000 rows, the first of a fixed
    random order, are asked. Features that say the same share their importance, and each may look small.
    Source: Breiman (2001), Random Forests; Fisher, Rudin & Dominici (2019).
    """
    rng = np.random.default_rng(RANDOM_STATE)
    chosen = rng.permutation(len(matrix))[:ROWS_TO_SHUFFLE]
    rows, truth = matrix[chosen].copy(), churned[chosen]
    model = session(onnx_bytes)

    def loss() -> float:
        answered = np.asarray(model.run(["result"], {"features": rows})[0], dtype=np.float64)
        return float(log_loss(truth, np.clip(answered, EDGE, 1 - EDGE), labels=[0, 1]))

    base, rises = loss(), {}
    for at, name in enumerate(features):
        own = rows[:, at].copy()
        rows[:, at] = rng.permutation(own)
        rises[name] = loss() - base
        rows[:, at] = own
    return dict(sorted(rises.items(), key=lambda item: (-item[1], item[0])))


def _log_odds_with(
    model: LoadedModel,
    matrix: Matrix,
    medians: npt.NDArray[np.float32],
    present: Sequence[Sequence[int]],
) -> npt.NDArray[np.float64]:
    mixed = np.tile(medians, (len(matrix), 1))
    for group in present:
        mixed[:, group] = matrix[:, group]
    probabilities = model.probabilities(mixed).astype(np.float64)
    return np.asarray(logit(np.clip(probabilities, EDGE, 1 - EDGE)))
