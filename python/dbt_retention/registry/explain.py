"""Explains a score: additive contributions of groups of features (Shapley values), for any model."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import factorial
from typing import TypeAlias

import numpy as np
from scipy.special import logit

from dbt_retention.arrays import Floats, Matrix, Vector
from dbt_retention.errors import RetentionError
from dbt_retention.registry.scoring import LoadedModel

Coalition: TypeAlias = tuple[int, ...]  # numbers of the groups that are present, ascending

MAX_GROUPS = 10
EDGE = 1e-6  # probabilities are clipped to [EDGE, 1 - EDGE] before the log-odds are taken
ORDERINGS_SEED = 7


def group_contributions(
    model: LoadedModel, matrix: Matrix, groups: Sequence[Sequence[str]], *, orderings: int | None = None
) -> Floats:
    """Shapley values of feature groups in log-odds, shape (rows, groups + 1).

    matrix: shape (rows, features), in the order of the card. groups: names of features; names that the model
    does not use are ignored. An absent group takes the values of the median customer. The last column is the
    contribution of the features of no group. A row sums to its log-odds less those of the median customer.

    orderings=None computes exact values: the model scores the rows for all 2^(groups + 1) coalitions, so at
    most 9 groups are allowed. Otherwise the values are the mean over that many fixed orderings of the groups
    and their reverses, which is exact as long as no more than two groups interact; the model scores the rows
    about 2 x orderings x groups times. Raises RetentionError for too many groups or fewer than 1 ordering.
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
            f"there are {count - 1} groups of reasons; at most {MAX_GROUPS - 1} are allowed. Give several "
            "feature groups the same reason in the YAML of the feature models. See docs/features.md"
        )
    medians = np.asarray(model.card.feature_medians, dtype=np.float32)
    weights = _all_coalitions(count) if orderings is None else _ordered_coalitions(count, orderings)
    log_odds = {
        present: _log_odds_with(model, matrix, medians, [chosen[at] for at in present])
        for present in sorted({rest for rest, _ in weights} | {_with_group(*step) for step in weights})
    }
    contributions = np.zeros((len(matrix), count))
    for (rest, group), weight in weights.items():
        contributions[:, group] += weight * (log_odds[_with_group(rest, group)] - log_odds[rest])
    return contributions


def _all_coalitions(count: int) -> dict[tuple[Coalition, int], float]:
    """The weight of each step: a coalition, and the group that joins it."""
    return {
        (rest, group): factorial(size) * factorial(count - size - 1) / factorial(count)
        for size in range(count)
        for rest in combinations(range(count), size)
        for group in range(count)
        if group not in rest
    }


def _ordered_coalitions(count: int, orderings: int) -> dict[tuple[Coalition, int], float]:
    """As `_all_coalitions`, but only with the steps along some orderings and their reverses."""
    if orderings < 1:
        raise RetentionError(
            f"reasons_orderings is {orderings}; expected 1 or more, or null for exact reasons. "
            "See docs/vars.md"
        )
    rng = np.random.default_rng(ORDERINGS_SEED)
    weights: dict[tuple[Coalition, int], float] = {}
    for _ in range(orderings):
        forwards = [int(group) for group in rng.permutation(count)]
        for ordering in (forwards, forwards[::-1]):
            for at, group in enumerate(ordering):
                step = tuple(sorted(ordering[:at])), group
                weights[step] = weights.get(step, 0) + 1 / (2 * orderings)
    return weights


def _with_group(rest: Coalition, group: int) -> Coalition:
    return tuple(sorted((*rest, group)))


def _log_odds_with(
    model: LoadedModel,
    matrix: Matrix,
    medians: Vector,
    present: Sequence[Sequence[int]],
) -> Floats:
    mixed = np.tile(medians, (len(matrix), 1))
    for group in present:
        mixed[:, group] = matrix[:, group]
    probabilities = model.probabilities(mixed).astype(np.float64)
    return np.asarray(logit(np.clip(probabilities, EDGE, 1 - EDGE)))
