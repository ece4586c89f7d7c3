"""Factors between measured and assumed effects of actions: a linear mixed model of audiences.

The surplus of an arm is its observed retention rate less the predicted one. The model explains it by the
level of the month and risk tier, the level of the audience, and for the treated the assumed effect of the
action times a factor. Levels of months and tiers are fixed effects; audiences, actions, and tiers within an
action are random effects. Factors are best linear unbiased predictions (Henderson 1975; Robinson 1991),
averaged over several sizes of the random effects, weighted by restricted likelihood (Patterson & Thompson
1971).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from dbt_retention.errors import RetentionError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Standard deviations to average over: of audiences, in retention rates; of tiers within an action, in
# factors; of actions, as shares of the assumed error.
AUDIENCES_DIFFER = (0.0, 0.003, 0.01, 0.03, 0.1)
TIERS_DIFFER = (0.0, 0.25, 0.5, 1.0, 2.0)
ACTIONS_DIFFER = (0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Arms:
    """Arms of audiences, one entry each; all shape (arms,).

    level: number of the month and risk tier; action, tier: numbers from 0, for controls those of their
    audience; assumed: the assumed effect on the retention rate, 0 for controls; surplus: the observed less
    the predicted retention rate; variance: of the surplus, above 0.
    """

    level: Ints
    action: Ints
    tier: Ints
    assumed: Floats
    surplus: Floats
    variance: Floats

    def sorted(self) -> Arms:
        """The same arms in one fixed order, so that sums are the same to the last bit."""
        order = np.lexsort((self.variance, self.surplus, self.assumed, self.tier, self.action, self.level))
        return Arms(*(getattr(self, name)[order] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Factors:
    """Factor on the assumed effect and its standard error, both shape (actions, tiers); 1 = as assumed."""

    mean: Floats
    standard_error: Floats


def fit_factors(arms: Arms, *, assumed_error: float) -> Factors:
    """The factors of every action in every tier; the same for the same arms in any order.

    assumed_error: the largest standard deviation of the actions' factors about 1 to average over. Raises
    RetentionError without an arm.
    """
    if not len(arms.surplus):
        raise RetentionError("no arm of an audience to learn effects from")
    arms = arms.sorted()
    shape = int(arms.action.max()) + 1, int(arms.tier.max()) + 1
    pair = arms.action * shape[1] + arms.tier
    of_action = np.repeat(np.arange(shape[0]), shape[1])
    same_action = (of_action[:, None] == of_action[None, :]).astype(float)
    fits = []
    for audiences, tiers, actions in product(AUDIENCES_DIFFER, TIERS_DIFFER, ACTIONS_DIFFER):
        prior = (assumed_error * actions) ** 2 * same_action + tiers**2 * np.eye(len(of_action))
        fits.append(_fitted(arms, pair, prior, audiences=audiences))
    likelihood = np.array([fit[0] for fit in fits])
    weight = np.exp(likelihood - likelihood.max())
    weight /= weight.sum()
    means, variances = (np.array([fit[at] for fit in fits]) for at in (1, 2))
    mean = weight @ means
    spread = weight @ (variances + (means - mean) ** 2)
    return Factors(mean=mean.reshape(shape), standard_error=np.sqrt(spread).reshape(shape))


def _fitted(arms: Arms, pair: Ints, prior: Floats, *, audiences: float) -> tuple[float, Floats, Floats]:
    """Restricted log-likelihood but for a constant; factors and their variances, shape (pairs,)."""
    size = len(prior)
    information, score, loss = np.zeros((size, size)), np.zeros(size), 0.0
    for level in np.unique(arms.level):
        rows = arms.level == level
        mine, assumed = pair[rows], arms.assumed[rows]
        variance = np.diag(arms.variance[rows]) + audiences**2 * (mine[:, None] == mine[None, :])
        weight = np.linalg.inv(variance)
        total = weight.sum()
        weight -= np.outer(weight.sum(axis=1), weight.sum(axis=0)) / total  # the level is a fixed effect
        design = np.zeros((len(mine), size))
        design[np.arange(len(mine)), mine] = assumed
        beyond = arms.surplus[rows] - assumed
        information += design.T @ weight @ design
        score += design.T @ weight @ beyond
        loss += float(np.linalg.slogdet(variance)[1] + np.log(total) + beyond @ weight @ beyond)
    spread = np.eye(size) + information @ prior
    solved = prior @ np.linalg.inv(spread)
    likelihood = -0.5 * (loss + float(np.linalg.slogdet(spread)[1]) - float(score @ solved @ score))
    return likelihood, 1 + solved @ score, np.diag(solved).copy()
