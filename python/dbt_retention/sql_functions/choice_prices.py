"""Prices of the budget and of places in actions: approximate dual variables of the choice of actions.

Every customer may get one action. The budget and the number of places in each action limit the choice. At the
right prices, customers who each take the action with the largest surplus (profit less the price of what it
uses) demand about as much as there is. A fixed number of rounds corrects the prices:

- The price of a place moves half of the way to what the first customer without a place would gain by one.
- The price of the budget starts at the profit per unit of cost at which the budget runs out. Then it follows
  the ratio of the cost demanded to the budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ROUNDS = 16
BUDGET_EXPONENT = 0.7
PRICE_DECIMALS = 9  # surpluses and gains are ranked by as many
COST_UNITS = 1e6  # costs are added up as whole millionths, so that their order does not matter


@dataclass(frozen=True)
class Prices:
    """What one more place in each action, shape (actions,), and one more unit of the budget would add."""

    place_prices: Floats
    budget_price: float


@dataclass(frozen=True)
class Candidates:
    """Profit (above 0) and cost (0 or more) of each customer with each action, shape (customers, actions).

    nan = the customer may not get the action. Ties go to the first customer and to the first action.
    """

    profit: Floats
    cost: Floats

    @classmethod
    def of_pairs(
        cls,
        customers: Sequence[str],
        actions: Sequence[str],
        profits: Sequence[float],
        costs: Sequence[float],
        *,
        names: Sequence[str],
    ) -> Candidates:
        """From pairs in any order, each pair once. Columns are ordered as `names`, rows by customer id."""
        ids, row = np.unique(np.asarray(customers, dtype=object), return_inverse=True)
        numbers = {name: number for number, name in enumerate(names)}
        column = [numbers[action] for action in actions]
        profit, cost = (np.full((len(ids), len(names)), np.nan) for _ in range(2))
        profit[row, column] = profits
        cost[row, column] = costs
        return cls(profit, cost)


def fit_prices(candidates: Candidates, *, places: Floats, budget: float | None) -> Prices:
    """Prices at which about as much is demanded as there is. A limit that is never reached has the price 0.

    places: whole numbers, shape (actions,); infinity = no limit. budget: None = no limit. A budget of 0 has
    the price 0: the choice refuses everything that costs money anyway.
    """
    profit, cost = candidates.profit, candidates.cost
    place_prices, budget_price = np.zeros(len(places)), 0.0
    if not len(profit):
        return Prices(place_prices, budget_price)
    cost_units = np.rint(np.nan_to_num(cost) * COST_UNITS).astype(np.int64)
    for number in range(ROUNDS):
        surplus = profit - budget_price * cost - place_prices
        is_best, alternative = _best(surplus)
        gain = surplus + place_prices - np.maximum(alternative, 0)
        has_place, place_value = _queue(gain, places)
        if budget is not None and number == 0:
            budget_price = _first_budget_price(profit[is_best], cost[is_best], cost_units[is_best], budget)
        elif budget is not None:
            demanded = int(cost_units[is_best & (surplus > 0) & has_place].sum()) / COST_UNITS
            ratio = demanded / budget if budget > 0 else 0.0
            budget_price = float(rounded(budget_price * ratio**BUDGET_EXPONENT))
        place_prices = rounded((place_prices + place_value) / 2)
    return Prices(place_prices, budget_price)


def rounded(values: Floats | float) -> Floats:
    """`values` to PRICE_DECIMALS decimals, halves away from 0, as SQL rounds."""
    scaled = np.asarray(values * 10.0**PRICE_DECIMALS)
    whole = np.trunc(scaled)
    whole = whole + np.sign(scaled) * (np.abs(scaled - whole) >= 0.5)
    return np.asarray(whole / 10.0**PRICE_DECIMALS)


def _best(surplus: Floats) -> tuple[Flags, Floats]:
    """The best action of each customer, and the surplus of the best other action (0 = there is none)."""
    ranked = np.where(np.isnan(surplus), -np.inf, rounded(surplus))
    rows = np.arange(len(surplus))
    best = ranked.argmax(axis=1)
    is_best = np.zeros(surplus.shape, dtype=bool)
    is_best[rows, best] = True
    following = np.where(is_best, -np.inf, ranked).argmax(axis=1)
    has_following = (~np.isnan(surplus)).sum(axis=1) > 1
    next_surplus = np.where(has_following, surplus[rows, following], 0)
    best_surplus = np.nanmax(surplus, axis=1)
    return is_best, np.where(is_best, next_surplus[:, None], best_surplus[:, None])


def _queue(gain: Floats, places: Floats) -> tuple[Flags, Floats]:
    """Who gets a place, largest gains first, and what the first customer without a place would gain."""
    has_place = np.ones(gain.shape, dtype=bool)
    value = np.zeros(len(places))
    for action, limit in enumerate(places):
        known = np.flatnonzero(~np.isnan(gain[:, action]))
        if limit < len(known):
            order = known[np.argsort(-rounded(gain[known, action]), kind="stable")]
            without_place = order[int(limit) :]
            has_place[without_place, action] = False
            value[action] = max(gain[without_place[0], action], 0)
    return has_place, value


def _first_budget_price(profit: Floats, cost: Floats, cost_units: Ints, budget: float) -> float:
    """Profit per unit of cost at which the budget runs out where everybody takes the best action; else 0."""
    per_cost = np.zeros(len(profit))  # what costs nothing comes last
    np.divide(profit, cost, out=per_cost, where=cost > 0)
    per_cost = rounded(per_cost)
    order = np.argsort(-per_cost, kind="stable")
    is_beyond = np.cumsum(cost_units[order]) / COST_UNITS > budget
    return float(per_cost[order][is_beyond.argmax()]) if is_beyond.any() else 0.0
