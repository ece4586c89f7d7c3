"""What customers buy: orders, their lines, and the coupons that they use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dbt_retention.generate.people import Contacts, Leaving, People, takes_offer
from dbt_retention.generate.values import DAY, Bools, Floats, Ints, pick, second_of_day
from dbt_retention.generate.words import SHELVES
from dbt_retention.generate.world import World

SET_ORDER_SHARE = 0.22  # of orders that hold one planted set of products
FAVOURITE_DEPTH, SECOND_DEPTH = 0.45, 0.70  # how deep a look into the shelves goes: see depth_span
FADED_ORDERS, FADING_DAYS = 0.25, 30.0  # share of the rate that is left, and after how many days
GOOD_ORDERS = 0.945  # neither cancelled nor returned
MEAN_QUANTITY, QUANTITY_P = 1 / 0.72, 0.72
SALE_PERCENTS = np.array([5, 10, 15, 20, 30])
OFFER_CENTS: Final = {"offer": 600, "membership": 300}
COUPON_DAYS = 30  # in which an offer can be taken


@dataclass(frozen=True)
class Orders:
    """Arrays of (orders,), sorted by time."""

    who: Ints
    second: Ints
    is_first: Bools  # the customer's first order
    is_fading: Bools
    status: Ints
    channel: Ints
    returned: Ints  # second of the return; 0 where nothing came back


def draw_orders(
    rng: np.random.Generator, world: World, people: People, leaving: Leaving, lift: Floats
) -> Orders:
    """Orders until each customer is gone: events at the peak rate, thinned. lift: (customers, campaigns)."""
    end = np.minimum(leaving.gone_at, world.days)
    peak = world.day_rate.max() * max(1.0, lift.max())
    who, time = candidate_events(rng, people.rate * peak, people.start, end)
    chance = busyness(world, who, time, lift) * leaving.activity(
        who, time, low=FADED_ORDERS, days=FADING_DAYS
    )
    keep = rng.random(len(who)) * peak < chance
    who = np.concatenate([np.arange(len(people.number)), who[keep]])
    time = np.concatenate([people.start, time[keep]])
    second = np.floor(time).astype(np.int64) * DAY + second_of_day(rng, len(time))
    order = np.argsort(second, kind="stable")
    who, time, second = who[order], time[order], second[order]
    n = len(who)
    is_first = np.zeros(n, dtype=np.bool_)
    is_first[np.unique(who, return_index=True)[1]] = True
    status = np.where(is_first, 0, pick(rng, np.array([GOOD_ORDERS, 0.030, 0.025]), n))
    back = second + rng.integers(2 * DAY, 20 * DAY, n)
    status = np.where((status == 2) & (back >= world.days * DAY), 0, status)
    other = pick(rng, np.array([0.4, 0.35, 0.25]), n)
    return Orders(
        who=who,
        second=second,
        is_first=is_first,
        is_fading=leaving.is_fading(who, time),
        status=status,
        channel=np.where(rng.random(n) < 0.75, people.channel[who], other),
        returned=np.where(back < world.days * DAY, back, 0),
    )


def candidate_events(
    rng: np.random.Generator, rate: Floats, begin: Floats, end: Floats
) -> tuple[Ints, Floats]:
    """Poisson events of each customer at their peak rate, to be thinned: (who, time), (events,)."""
    span = np.maximum(end - begin, 0)
    counts = rng.poisson(rate * span)
    who = np.repeat(np.arange(len(rate)), counts)
    return who, begin[who] + span[who] * rng.random(len(who))


def busyness(world: World, who: Ints, time: Floats, lift: Floats) -> Floats:
    """Season, weekday and campaign factor of each event, (events,)."""
    number = np.searchsorted(world.starts, time, side="right") - 1
    since = time - world.starts[number]
    boosted = (number >= 0) & (since < world.effect_days)
    return world.day_rate[time.astype(np.int64)] * np.where(boosted, lift[who, number], 1.0)


@dataclass(frozen=True)
class Lines:
    """Arrays of (lines,), sorted by order; `order` points into Orders."""

    order: Ints
    product: Ints
    number: Ints
    quantity: Ints
    net_cents: Ints
    discount_cents: Ints
    coupon: Ints  # campaign number whose coupon was used, -1 for none
    returned_quantity: Ints


@dataclass(frozen=True)
class Redemptions:
    """Arrays of (redemptions,), sorted by order; `line` points into Lines."""

    line: Ints
    order: Ints
    campaign: Ints


def draw_lines(
    rng: np.random.Generator, world: World, people: People, orders: Orders, contacts: Contacts
) -> tuple[Lines, Redemptions]:
    """What is in each order, what it costs, what came back, and which coupons were used."""
    order, product = _draw_baskets(rng, world, people, orders)
    n = len(order)
    begins = np.concatenate([[True], order[1:] != order[:-1]])
    first_line = np.flatnonzero(begins)
    number = np.arange(n) - first_line[order] + 1
    quantity = np.minimum(rng.geometric(QUANTITY_P, n), 9).astype(np.int64)
    gross = quantity * world.products.cents[product]
    on_sale = rng.random(n) < sale_share(people)[orders.who[order]]
    percent = on_sale * SALE_PERCENTS[rng.integers(0, len(SALE_PERCENTS), n)]
    discount = gross * percent // 100
    redemptions = _draw_redemptions(rng, world, people, orders, contacts, first_line=first_line)
    coupon = np.full(n, -1, dtype=np.int64)
    coupon[redemptions.line] = redemptions.campaign
    value = np.array([OFFER_CENTS.get(action, 0) for action in world.actions])[coupon]
    discount += np.where(coupon >= 0, np.minimum(value, (gross - discount) * 6 // 10), 0)
    part = (orders.status[order] == 0) & (rng.random(n) < 0.012) & (orders.returned[order] > 0)
    some = 1 + rng.integers(0, quantity)
    returned = np.where(orders.status[order] == 2, quantity, np.where(part, some, 0))
    return Lines(order, product, number, quantity, gross - discount, discount, coupon, returned), redemptions


def _draw_baskets(
    rng: np.random.Generator, world: World, people: People, orders: Orders
) -> tuple[Ints, Ints]:
    """Products of each order, each at most once, some with a planted set: (order, product)."""
    shelf = world.products
    n = len(orders.who)
    has_set = rng.random(n) < SET_ORDER_SHARE
    counts = rng.poisson(people.basket[orders.who]) + ~has_set
    order = np.repeat(np.arange(n), counts)
    who = orders.who[order]
    # A curious customer looks beyond the two favourite categories more often.
    depth = rng.random(len(order)) * depth_span(people)[who]
    anything = pick(rng, np.array([share for _, share, _ in SHELVES.values()]), len(order))
    favourite, second = people.favourites[who, 0], people.favourites[who, 1]
    category = np.where(depth < FAVOURITE_DEPTH, favourite, np.where(depth < SECOND_DEPTH, second, anything))
    product = np.searchsorted(shelf.shelf, category + rng.random(len(order)), side="right")
    product = np.minimum(product, len(shelf.shelf) - 1)
    holder = np.flatnonzero(has_set)
    chosen = np.searchsorted(shelf.set_shelf[:-1], rng.random(len(holder)), side="right")
    sizes = np.array([len(members) for members in shelf.sets])
    begin = np.cumsum(sizes) - sizes
    width = sizes[chosen]
    step = np.arange(width.sum()) - np.repeat(np.cumsum(width) - width, width)
    members = np.concatenate(shelf.sets)[np.repeat(begin[chosen], width) + step]
    order = np.concatenate([order, np.repeat(holder, width)])
    product = np.concatenate([product, members])
    seen_first = np.sort(np.unique(order * len(shelf.cents) + product, return_index=True)[1])
    order, product = order[seen_first], product[seen_first]
    by_order = np.argsort(order, kind="stable")
    return order[by_order], product[by_order]


def _draw_redemptions(
    rng: np.random.Generator,
    world: World,
    people: People,
    orders: Orders,
    contacts: Contacts,
    *,
    first_line: Ints,
) -> Redemptions:
    """Treated customers of an offer may use its coupon on their next order within 30 days."""
    found, campaign = [], []
    for number, action in enumerate(world.actions):
        draw = rng.random(len(people.number))
        if action != "offer":
            continue
        treated = contacts.who[(contacts.campaign == number) & contacts.treated]
        uses = np.zeros(len(people.number), dtype=np.bool_)
        uses[treated] = draw[treated] < takes_offer(people, action)[treated]
        since = orders.second - world.starts[number] * DAY
        usable = np.flatnonzero((since > DAY) & (since < COUPON_DAYS * DAY) & (orders.status == 0))
        usable = usable[uses[orders.who[usable]]]
        next_order = usable[np.unique(orders.who[usable], return_index=True)[1]]
        found.append(np.sort(next_order))
        campaign.append(np.full(len(next_order), number, dtype=np.int64))
    order = np.concatenate(found)
    return Redemptions(first_line[order], order, np.concatenate(campaign))


def depth_span(people: People) -> Floats:
    """How deep into the shelves a customer looks at most: favourites lie in front."""
    return np.asarray(0.6 + 0.8 * people.curiosity)


def sale_share(people: People) -> Floats:
    """Share of lines that a customer buys at a lower price."""
    return np.asarray(0.06 + 0.34 * people.price_sensitivity)
