"""What no shop ever sees: what a contact would bring each customer, and what an order leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dbt_retention.generate.orders import (
    COUPON_DAYS,
    FADED_ORDERS,
    FADING_DAYS,
    FAVOURITE_DEPTH,
    GOOD_ORDERS,
    MEAN_QUANTITY,
    OFFER_CENTS,
    SALE_PERCENTS,
    SECOND_DEPTH,
    SET_ORDER_SHARE,
    depth_span,
    sale_share,
)
from dbt_retention.generate.people import FADE_DAYS, Leaving, People, takes_offer, treatment_of
from dbt_retention.generate.values import Floats, Ints
from dbt_retention.generate.words import SHELVES
from dbt_retention.generate.world import World


@dataclass(frozen=True)
class Response:
    """The effect of a contact on the day after the last day; arrays are (customers,)."""

    buys: Floats  # P(a purchase within the effect's days)
    purchases: Floats  # expected within 12 months
    takes: Floats  # P(its offer is taken)


def respond(world: World, people: People, leaving: Leaving, action: str | None) -> Response:
    """What becomes of each customer from the last day on, contacted by `action` or not; without seasons.

    Exponential waits forget what was, so that the state of the last day is all there is to know: active,
    fading for so many days, or gone. Expectations are followed backwards from the end in steps of about five
    days, for the active and for those who have faded for 0, 1, 2 ... steps.
    """
    n, horizon = len(people.number), float(world.effect_days)
    step = horizon / max(1, round(horizon / 5))
    ages = int(np.ceil(FADING_DAYS / step)) + 1
    pace, boost, takes = np.ones(n), np.zeros(n), np.zeros(n)
    if action is not None:
        pace, boost = treatment_of(world, people, action)
        takes = takes_offer(people, action) * (action in OFFER_CENTS)
    activity = 1 - (1 - FADED_ORDERS) * np.clip((np.arange(ages) + 0.5) * step / FADING_DAYS, 0, 1)
    older = np.minimum(np.arange(ages) + 1, ages - 1)

    def backwards(days: float, *, is_count: bool) -> Floats:
        """Expected purchases within `days`, or P(none), (customers,)."""
        at_end = 0.0 if is_count else 1.0
        active, fading = np.full(n, at_end), np.full((n, ages), at_end)
        for ends in np.arange(days, step / 2, -step):
            treated = ends - step / 2 < horizon
            speed = pace if treated else np.ones(n)
            rate = GOOD_ORDERS * people.rate * step * (1 + boost * treated)
            fades = -np.expm1(-people.leave_rate * speed * step)
            leaves = -np.expm1(-speed * step / FADE_DAYS)[:, None]
            slower = rate[:, None] * activity
            if is_count:
                stays = np.where(people.fades, fading[:, 0], -rate / 2)
                active = rate + (1 - fades) * active + fades * stays
                fading = slower * (1 - leaves / 2) + (1 - leaves) * fading[:, older]
            else:
                stays = np.where(people.fades, np.exp(-rate) * fading[:, 0], np.exp(-rate / 2))
                active = np.exp(-rate) * (1 - fades) * active + fades * stays
                half = np.exp(-slower / 2)
                fading = half * ((1 - leaves) * half * fading[:, older] + leaves)
        since = np.maximum(world.days - leaving.fade_at, 0)
        age = np.minimum((since / step).astype(np.int64), ages - 1)
        is_fading = leaving.fade_at < world.days
        of_state = np.where(is_fading, fading[np.arange(n), age], active)
        return np.where(leaving.gone_at < world.days, at_end, of_state)

    return Response(
        buys=1 - backwards(horizon, is_count=False),
        purchases=backwards(365.0, is_count=True),
        takes=takes * (1 - backwards(min(COUPON_DAYS, horizon), is_count=False)),
    )


def order_margin(world: World, people: People) -> Floats:
    """Money that an order leaves after its goods are paid, on average and without coupons, (customers,)."""
    shelf = world.products
    kinds = len(SHELVES)
    popularity = np.diff(shelf.shelf, prepend=0.0)
    cents = np.bincount(shelf.category, weights=popularity * shelf.cents, minlength=kinds)
    costs = np.bincount(shelf.category, weights=popularity * shelf.cost_cents, minlength=kinds)
    demand = np.array([share for _, share, _ in SHELVES.values()])
    span = depth_span(people)
    first = np.minimum(FAVOURITE_DEPTH / span, 1)
    second = np.minimum(SECOND_DEPTH / span, 1) - first
    set_share = np.diff(shelf.set_shelf, prepend=0.0)
    paid = 1 - sale_share(people) * SALE_PERCENTS.mean() / 100
    lines = people.basket + 1 - SET_ORDER_SHARE

    def per_order(by_kind: npt.NDArray[Any], by_product: Ints) -> Floats:
        mixed = first * by_kind[people.favourites[:, 0]] + second * by_kind[people.favourites[:, 1]]
        mixed += (1 - first - second) * (demand @ by_kind) / demand.sum()
        in_sets = set_share @ np.array([by_product[members].sum() for members in shelf.sets])
        return np.asarray(MEAN_QUANTITY * (lines * mixed + SET_ORDER_SHARE * in_sets))

    margin = per_order(cents, shelf.cents) * paid - per_order(costs, shelf.cost_cents)
    return np.asarray(margin / 100)
