"""How well an uplift model ranks customers: Qini and AUUC, and the choice among the candidates.

Both are computed within each campaign and averaged. So a ranking that only tells one action or campaign from
another scores 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from dbt_retention.arrays import Bools, Floats
from dbt_retention.registry.card import UpliftAction, UpliftCandidate
from dbt_retention.training import RANDOM_STATE
from dbt_retention.training.contacts import Contacts

RESAMPLES = 500


def qini(uplift: Floats, contacts: Contacts) -> tuple[float, float]:
    """(Qini, AUUC) of contacting customers by falling `uplift`, in retained customers per customer.

    uplift: shape (rows,). AUUC is the area under the curve of the customers retained by contacting the best
    share of the customers, over shares 0 to 1. Qini is AUUC less the area of contacting at random. A campaign
    weighs by its contacts. Source: Radcliffe (2007), Using Control Groups to Target on Predicted Lift.
    """
    curves = _Curves(uplift, contacts, [np.ones(len(uplift))])
    everyone = np.ones(len(curves.campaigns), dtype=bool)
    return float(curves.qini(everyone)[0]), float(curves.auuc(everyone)[0])


class _Curves:
    """Qini, AUUC and weight of each campaign, shape (draws, campaigns).

    draws: how often each row counts, shape (rows,) each.
    """

    def __init__(self, uplift: Floats, contacts: Contacts, draws: Sequence[Floats]) -> None:
        self.campaigns, number = np.unique(contacts.campaigns.astype(str), return_inverse=True)
        order = np.lexsort((np.arange(len(uplift)), -uplift, number))  # the same for all draws
        edges = np.searchsorted(number[order], np.arange(len(self.campaigns) + 1))
        transformed = contacts.transformed[order]
        shape = (len(draws), len(self.campaigns))
        self._qinis, self._auucs, self._weights = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for at, draw in enumerate(draws):
            weight = draw[order]
            for campaign, (first, end) in enumerate(pairwise(edges)):
                own = weight[first:end]
                total = own.sum()
                if total > 0:
                    gained = np.concatenate([[0.0], np.cumsum(transformed[first:end] * own)]) / total
                    share = np.concatenate([[0.0], np.cumsum(own)]) / total
                    self._auucs[at, campaign] = np.trapezoid(gained, share)
                    self._qinis[at, campaign] = self._auucs[at, campaign] - gained[-1] / 2
                    self._weights[at, campaign] = total

    def qini(self, keep: Bools) -> Floats:
        """Mean Qini of the campaigns for which `keep` is true, shape (draws,)."""
        return self._averaged(self._qinis, keep)

    def auuc(self, keep: Bools) -> Floats:
        """Mean AUUC of the campaigns for which `keep` is true, shape (draws,)."""
        return self._averaged(self._auucs, keep)

    def _averaged(self, figures: Floats, keep: Bools) -> Floats:
        weights = self._weights[:, keep]
        return np.asarray((figures[:, keep] * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-300))


def judge_candidates(
    contacts: Contacts, predicted: Mapping[str, Floats]
) -> tuple[list[UpliftCandidate], UpliftCandidate]:
    """Each candidate's Qini, in total and per action, with intervals; and the best candidate.

    predicted: out-of-fold uplift by candidate, shape (rows,) each. The best candidate has the largest sum of
    contacts x Qini over the actions in which it beats chance; it is champion where there is such an action.
    An interval is the Qini plus or minus its standard error over resamples of the customers, times the normal
    quantile at which the intervals of all candidates and actions hold together with 95 %.
    Source: Dunn (1961), Multiple Comparisons Among Means.
    """
    customers, code = np.unique(contacts.customers.astype(str), return_inverse=True)
    rng = np.random.default_rng(RANDOM_STATE)
    draws = [rng.poisson(1.0, len(customers)).astype(np.float64)[code] for _ in range(RESAMPLES)]
    actions = Counter(contacts.actions.tolist())
    quantile = float(norm.ppf(1 - 0.05 / 2 / (len(predicted) * len(actions))))
    action_of = dict(zip(contacts.campaigns.astype(str), contacts.actions, strict=True))
    candidates = []
    for name, uplift in predicted.items():
        curves = _Curves(uplift, contacts, [np.ones(len(uplift)), *draws])
        of_campaign: npt.NDArray[np.object_] = np.asarray(
            [action_of[campaign] for campaign in curves.campaigns], dtype=object
        )
        of_actions = [
            UpliftAction(
                action=action,
                contacts=actions[action],
                **_figures(curves, of_campaign == action, quantile=quantile),
            )
            for action in sorted(actions)
        ]
        everyone = np.ones(len(curves.campaigns), dtype=bool)
        candidates.append(
            UpliftCandidate(
                candidate=name,
                champion=False,
                actions=of_actions,
                **_figures(curves, everyone, quantile=quantile),
            )
        )
    best = max(candidates, key=_gain)
    chosen = best.model_copy(update={"champion": any(one.beats_chance for one in best.actions)})
    return [chosen if one is best else one for one in candidates], chosen


def _figures(curves: _Curves, keep: Bools, *, quantile: float) -> dict[str, float]:
    value, *resampled = curves.qini(keep)
    margin = quantile * float(np.std(resampled, ddof=1))
    auuc = float(curves.auuc(keep)[0])
    return {"qini": value, "qini_lower": value - margin, "qini_upper": value + margin, "auuc": auuc}


def _gain(one: UpliftCandidate) -> tuple[float, float]:
    return sum(each.contacts * each.qini for each in one.actions if each.beats_chance), one.qini
