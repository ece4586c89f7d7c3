"""The rows of a block, and of the world, as the inputs and the truth have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dbt_retention.generate.orders import (
    OFFER_CENTS,
    SET_ORDER_SHARE,
    Lines,
    Orders,
    busyness,
    candidate_events,
    draw_lines,
    draw_orders,
)
from dbt_retention.generate.people import (
    RATE_MEAN,
    Contacts,
    Leaving,
    People,
    draw_people,
    run_campaigns,
)
from dbt_retention.generate.schemas import INPUTS, TRUTH, TYPES
from dbt_retention.generate.truth import order_margin, respond
from dbt_retention.generate.values import (
    DAY,
    Bools,
    Floats,
    Ints,
    coupon_ids,
    ids_of,
    marks_of,
    moments_of,
    pick,
    pick_by_row,
    second_of_day,
    words_of,
    zipf,
)
from dbt_retention.generate.words import (
    ACQUISITION,
    ACTIONS,
    BRANDS,
    CHANNELS,
    CITIES,
    FIRST_NAMES,
    GENDERS,
    GROUPS,
    LAST_NAMES,
    PHRASES,
    SHELVES,
    SIZES,
    SOURCES,
    STATUSES,
    TICKET_TYPES,
    TIERS,
)
from dbt_retention.generate.world import World, stream_of

CREDITED_LINE_SHARE: Final = 0.02  # of the lines with several pieces of which none came back
IDS_PER_BLOCK: Final = 10_000_000  # more than a block can use; keeps blocks independent


@dataclass(frozen=True)
class Columns:
    """How a block's numbers become ids and times."""

    world: World
    block: int
    people: People

    def customer_ids(self, who: Ints, missing: Bools | None = None) -> pa.Array:
        return ids_of("C", 7, who + 1 + self.block * self.world.block_customers, missing)

    def order_ids(self, order: Ints, missing: Bools | None = None) -> pa.Array:
        return self.event_ids("O", order, missing)

    def event_ids(self, prefix: str, event: Ints, missing: Bools | None = None) -> pa.Array:
        return ids_of(prefix, 10, event + 1 + self.block * IDS_PER_BLOCK, missing)

    def moments(self, second: Ints, missing: Bools | None = None) -> pa.Array:
        return moments_of(self.world.shop, second, missing)

    def dates(self, time: Floats, missing: Bools) -> pa.Array:
        midnight = np.datetime64(self.world.shop.first_day, "D").astype(np.int32)
        days = np.where(missing, 0, np.floor(time)).astype(np.int32)
        return pa.array(days + midnight, mask=missing).cast(TYPES["date"])

    def loaded(self, rng: np.random.Generator, second: Ints) -> Ints:
        """When an event of `second` reached the warehouse: minutes to hours later, 1.5 % days."""
        minutes = np.minimum(rng.lognormal(3.2, 0.9, len(second)), 600)
        late = (rng.random(len(second)) < 0.015) * rng.integers(DAY, 10 * DAY, len(second))
        arrived: Ints = second + (minutes * 60).astype(np.int64) + late + 60
        return np.maximum(second, np.minimum(arrived, self.world.days * DAY))


def block_tables(world: World, block: int, *, truth: bool) -> dict[str, pa.Table]:
    """The rows that one block adds to each input and truth table, in the order they are written."""

    def stream(part: str) -> np.random.Generator:
        return stream_of(world.shop, block, part)

    people = draw_people(stream("people"), world, block)
    leaving, contacts, lift = run_campaigns(stream("campaigns"), world, people)
    orders = draw_orders(stream("orders"), world, people, leaving, lift)
    lines, redemptions = draw_lines(stream("lines"), world, people, orders, contacts)
    view = Columns(world, block, people)
    columns = {
        "orders": _order_columns(stream("order rows"), view, orders, lines),
        "order_lines": _line_columns(stream("line rows"), view, orders, lines),
        "customers": _customer_columns(stream("customer rows"), view, orders),
        "sessions": _session_columns(stream("sessions"), view, orders, leaving, lift),
        "reviews": _review_columns(stream("reviews"), view, orders, lines),
        "service_tickets": _ticket_columns(stream("tickets"), view, orders, leaving),
        "campaign_contacts": _contact_columns(stream("contact rows"), view, contacts),
        "coupon_redemptions": {
            "coupon_id": coupon_ids(redemptions.campaign, redemptions.campaign < 0),
            "customer_id": view.customer_ids(orders.who[redemptions.order]),
            "redeemed_at": view.moments(orders.second[redemptions.order]),
            "campaign_id": ids_of("K", 3, redemptions.campaign + 1),
            "order_id": view.order_ids(redemptions.order),
        },
        "returns": _return_columns(stream("returns"), view, orders, lines),
    }
    if truth:
        columns |= _truth_columns(view, leaving, contacts)
    schemas = INPUTS | TRUTH
    return {name: pa.table(held, schema=schemas[name]) for name, held in columns.items()}


def _truth_columns(view: Columns, leaving: Leaving, contacts: Contacts) -> dict[str, dict[str, Any]]:
    """The truth tables of one block."""
    world, people = view.world, view.people
    responses = {action: respond(world, people, leaving, action) for action in (None, *ACTIONS)}
    everyone = np.arange(len(people.number))
    return {
        "truth_customers": {
            "customer_id": view.customer_ids(np.arange(len(people.number))),
            "dropout_date": view.dates(leaving.gone_at, leaving.gone_at >= world.days),
            "fade_start_date": view.dates(leaving.fade_at, (leaving.fade_at >= world.days) | ~people.fades),
            "purchases_per_day": people.rate,
            "margin_per_order": order_margin(world, people),
            "price_sensitivity": people.price_sensitivity,
            "preferred_categories": pc.binary_join_element_wise(
                words_of(tuple(SHELVES), people.favourites[:, 0]),
                words_of(tuple(SHELVES), people.favourites[:, 1]),
                "|",
            ),
            "latent_group": words_of(GROUPS, people.group),
        },
        "truth_effects": {
            "campaign_id": ids_of("K", 3, contacts.campaign + 1),
            "customer_id": view.customer_ids(contacts.who),
            "action": words_of(world.actions, contacts.campaign),
            "effect_days": np.full(len(contacts.who), world.effect_days),
            "stay_probability_control": contacts.stay_control,
            "stay_probability_treatment": contacts.stay_treatment,
            "true_effect": contacts.stay_treatment - contacts.stay_control,
        },
        "truth_actions": {
            "customer_id": view.customer_ids(np.tile(everyone, len(responses))),
            "action": np.repeat([action or "none" for action in responses], len(everyone)),
            "effect_days": np.full(len(responses) * len(everyone), world.effect_days),
            "buy_probability": np.concatenate([each.buys for each in responses.values()]),
            "expected_purchases_12m": np.concatenate([each.purchases for each in responses.values()]),
            "offer_probability": np.concatenate([each.takes for each in responses.values()]),
        },
    }


def world_tables(world: World) -> dict[str, pa.Table]:
    """The tables that do not grow with the customers of a block."""
    products, shop = world.products, world.shop
    rng = stream_of(shop, -1, "product rows")
    count = len(products.category)
    within = np.arange(count) - np.searchsorted(products.category, products.category)
    noun, generation = within % 15, within // 15
    brand = (generation + noun * 7 + products.category * 3) % len(BRANDS)
    size = generation // len(BRANDS)
    shelves = [item for _, _, held in SHELVES.values() for item in held.items()]
    nouns = [product for _, products in shelves for product in products]
    names = zip(brand, products.category * 15 + noun, size, strict=True)
    stock = rng.negative_binomial(2, 0.012, count) * (rng.random(count) > 0.04)
    begins = world.starts.astype(np.int64) * DAY
    numbers = np.arange(len(world.actions))
    set_sizes = np.array([len(members) for members in products.sets])
    set_share = np.diff(products.set_shelf, prepend=0) * SET_ORDER_SHARE
    columns: dict[str, dict[str, Any]] = {
        "products": {
            "product_id": ids_of("P", 5, np.arange(count) + 1),
            "product_name": [f"{BRANDS[b]} {nouns[w]}{SIZES[s]}" for b, w, s in names],
            "category": words_of(tuple(SHELVES), products.category),
            "subcategory": words_of([name for name, _ in shelves], products.category * 3 + noun // 5),
            "brand": words_of(BRANDS, brand),
            "unit_cost": products.cost_cents / 100,
            "stock_on_hand": stock,
        },
        "campaigns": {
            "campaign_id": ids_of("K", 3, numbers + 1),
            "action": list(world.actions),
            "started_at": moments_of(shop, begins),
            "ended_at": moments_of(shop, begins + min(30, world.effect_days) * DAY),
            "channel": [ACTIONS[action][0] for action in world.actions],
            "contact_cost": [ACTIONS[action][1] for action in world.actions],
            "offer_value": [OFFER_CENTS.get(action, 0) / 100 for action in world.actions],
        },
        "truth_itemsets": {
            "itemset_id": ids_of("I", 4, np.repeat(np.arange(len(set_sizes)) + 1, set_sizes)),
            "product_id": ids_of("P", 5, np.concatenate(products.sets) + 1),
            "planted_share": np.repeat(set_share, set_sizes),
        },
    }
    schemas = INPUTS | TRUTH
    return {name: pa.table(held, schema=schemas[name]) for name, held in columns.items()}


def _order_columns(rng: np.random.Generator, view: Columns, orders: Orders, lines: Lines) -> dict[str, Any]:
    n = len(orders.who)
    candidates = np.flatnonzero(~orders.is_first)  # so that every customer keeps a clean order
    anonymous, timeless, doubled = _spoiled(rng, view, candidates, kinds=3, rows=n)
    loaded = view.loaded(rng, orders.second)
    row = np.sort(np.concatenate([np.arange(n), doubled]))
    again = np.concatenate([[False], row[1:] == row[:-1]])  # the same order, delivered twice
    no_time = marks_of(timeless, n)[row]
    return {
        "order_id": view.order_ids(row),
        "customer_id": view.customer_ids(orders.who[row], marks_of(anonymous, n)[row]),
        "ordered_at": pc.if_else(
            pa.array(no_time), "unknown", view.moments(orders.second[row]).cast(TYPES["text"])
        ),
        "order_status": words_of(STATUSES, orders.status[row]),
        "channel": words_of(CHANNELS, orders.channel[row]),
        "order_amount": _per_order(lines, lines.net_cents, n)[row] / 100,
        "discount_amount": _per_order(lines, lines.discount_cents, n)[row] / 100,
        "loaded_at": view.moments(loaded[row] + again * 3 * 3600),
    }


def _line_columns(rng: np.random.Generator, view: Columns, orders: Orders, lines: Lines) -> dict[str, Any]:
    n = len(lines.order)
    candidates = np.flatnonzero((lines.coupon < 0) & (lines.returned_quantity == 0))
    negative, nameless = _spoiled(rng, view, candidates, kinds=2, rows=n)
    came_back = orders.returned[lines.order]
    return {
        "order_id": view.order_ids(lines.order),
        "product_id": ids_of("P", 5, lines.product + 1, marks_of(nameless, n)),
        "line_number": lines.number,
        "quantity": lines.quantity * np.where(marks_of(negative, n), -1, 1),
        "net_amount": lines.net_cents / 100,
        "discount_amount": lines.discount_cents / 100,
        "coupon_id": coupon_ids(lines.coupon, lines.coupon < 0),
        "returned_quantity": lines.returned_quantity,
        "returned_at": view.moments(came_back, lines.returned_quantity == 0),
    }


def _return_columns(rng: np.random.Generator, view: Columns, orders: Orders, lines: Lines) -> dict[str, Any]:
    """Credit notes for a piece of a line: half name the order, most others the product, a few neither."""
    is_kept = (orders.status[lines.order] == 0) & (lines.returned_quantity == 0) & (lines.quantity > 1)
    line = np.flatnonzero(is_kept & (rng.random(len(lines.order)) < CREDITED_LINE_SHARE))
    second = orders.second[lines.order[line]] + rng.integers(DAY, 20 * DAY, len(line))
    line, second = line[second < view.world.days * DAY], second[second < view.world.days * DAY]
    by_time = np.argsort(second, kind="stable")
    line, second = line[by_time], second[by_time]
    n, order = len(line), lines.order[line]
    named = rng.random(n)
    no_order, no_product = named > 0.5, named > 0.9
    return {
        "return_id": view.event_ids("N", np.arange(n)),
        "customer_id": view.customer_ids(orders.who[order]),
        "returned_at": view.moments(second),
        "product_id": ids_of("P", 5, lines.product[line] + 1, no_product),
        "order_id": view.order_ids(order, no_order),
        "returned_quantity": pa.array(np.ones(n, dtype=np.int64), mask=no_product),
        "returned_amount": np.floor(lines.net_cents[line] / lines.quantity[line]) / 100,
        "loaded_at": view.moments(view.loaded(rng, second)),
    }


def _customer_columns(rng: np.random.Generator, view: Columns, orders: Orders) -> dict[str, Any]:
    people = view.people
    n = len(people.number)
    first_order = orders.second[orders.is_first][np.argsort(orders.who[orders.is_first])]
    second = np.floor(people.signup).astype(np.int64) * DAY + second_of_day(rng, n)
    rank = np.log(people.rate / RATE_MEAN) + rng.normal(0, 0.5, n)
    tier = np.searchsorted(np.array([-0.3, 0.35, 0.9]), rank) - 1
    email = pc.binary_join_element_wise(
        words_of(FIRST_NAMES, rng.integers(0, len(FIRST_NAMES), n)),
        ".",
        words_of(LAST_NAMES, rng.integers(0, len(LAST_NAMES), n)),
        pa.array(people.number).cast(TYPES["text"]),
        "@example.com",
        "",
    )
    oddity = rng.random(n)
    email = pc.if_else(pa.array(oddity < 0.03), pc.utf8_upper(email), email)
    padded = pc.binary_join_element_wise(" ", pc.utf8_title(email), " ", "")
    email = pc.if_else(pa.array(oddity > 0.98), padded, email)
    fictional = people.number * 7919 % 80_000  # 800 area codes x the 100 numbers kept for fiction
    phone = pc.binary_join_element_wise(
        "+1-", ids_of("", 3, 200 + fictional // 100), "-555-01", ids_of("", 2, fictional % 100), ""
    )
    year = view.world.shop.first_day.year
    return {
        "customer_id": view.customer_ids(np.arange(n)),
        "signed_up_at": view.moments(np.minimum(second, first_order - 3600)),
        "birth_year": pa.array(year - people.age, mask=rng.random(n) < 0.12),
        "gender": words_of(GENDERS, pick(rng, np.array([0.53, 0.44, 0.03]), n), rng.random(n) < 0.07),
        "city": words_of(CITIES, pick(rng, zipf(len(CITIES), 0.6), n), rng.random(n) < 0.02),
        "acquisition_channel": words_of(ACQUISITION, people.acquisition),
        "membership_tier": words_of(TIERS, np.maximum(tier, 0), tier < 0),  # null: not a member
        "email": pc.if_else(pa.array(people.has_email), email, None),
        "phone": pc.if_else(pa.array(rng.random(n) > 0.08), phone, None),
        "email_consent": people.email_consent,
        "ads_consent": people.ads_consent,
    }


def _session_columns(
    rng: np.random.Generator, view: Columns, orders: Orders, leaving: Leaving, lift: Floats
) -> dict[str, Any]:
    """Half of the visits that led to an order, and visits without one, which fall off first."""
    people, world = view.people, view.world
    peak = world.day_rate.max() * max(1.0, lift.max())
    end = np.minimum(leaving.gone_at + 60, world.days)  # a few look again after they have left
    rate = people.rate * people.browsing * 0.9
    who, time = candidate_events(rng, rate * peak, people.start, end)
    interest = leaving.activity(who, time, low=0.15, days=20)
    interest = np.where(time < leaving.gone_at[who], interest, 0.08)
    keep = rng.random(len(who)) * peak < busyness(world, who, time, lift) * interest
    who, time = who[keep], time[keep]
    bought = np.flatnonzero((orders.channel < 2) & (rng.random(len(orders.who)) < 0.5))
    before = orders.second[bought] - rng.integers(120, 2400, len(bought))
    browsed = np.floor(time).astype(np.int64) * DAY + second_of_day(rng, len(time))
    second = np.concatenate([np.maximum(before, 0), browsed])
    order = np.argsort(second, kind="stable")
    who = np.concatenate([orders.who[bought], who])[order]
    buys = np.concatenate([np.ones(len(bought)), np.zeros(len(browsed))])[order]
    n = len(order)
    pages = 1 + rng.poisson(3 + 3 * buys)
    return {
        "session_id": view.event_ids("S", np.arange(n)),
        "customer_id": view.customer_ids(who),
        "started_at": view.moments(second[order]),
        "duration_seconds": (pages * rng.lognormal(3.5, 0.6, n)).astype(np.int64) + 5,
        "page_views": pages,
        "product_views": rng.binomial(pages, 0.55),
        "cart_adds": rng.poisson(0.25 + 1.2 * buys) + buys.astype(np.int64),
        "searches": rng.poisson(0.6, n),
        "traffic_source": words_of(SOURCES, pick(rng, np.array([0.34, 0.26, 0.2, 0.1, 0.1]), n)),
        "loaded_at": view.moments(view.loaded(rng, second[order])),
    }


def _review_columns(rng: np.random.Generator, view: Columns, orders: Orders, lines: Lines) -> dict[str, Any]:
    people, end = view.people, view.world.days * DAY
    order = np.flatnonzero((orders.status != 1) & (rng.random(len(orders.who)) < 0.13))
    second = orders.second[order] + rng.integers(DAY, 12 * DAY, len(order))
    order, second = order[second < end], second[second < end]
    by_time = np.argsort(second, kind="stable")
    order, second = order[by_time], second[by_time]
    n, who = len(order), orders.who[order]
    mood = 4.35 - 1.5 * orders.is_fading[order] - 1.2 * people.grumpiness[who]
    mood -= 1.3 * (orders.status[order] == 2)
    rating = np.clip(np.rint(mood + rng.normal(0, 0.95, n)), 1, 5).astype(np.int64)
    (anonymous,) = _spoiled(rng, view, np.arange(n), kinds=1, rows=n)
    first_line = np.searchsorted(lines.order, order)
    return {
        "review_id": view.event_ids("R", np.arange(n)),
        "customer_id": view.customer_ids(who, marks_of(anonymous, n)),
        "reviewed_at": view.moments(second),
        "product_id": ids_of("P", 5, lines.product[first_line] + 1),
        "rating": rating,
        "review_text": _review_texts(rng, rating, people.reads_chinese[who]),
        "loaded_at": view.moments(view.loaded(rng, second)),
    }


def _review_texts(rng: np.random.Generator, rating: Ints, is_chinese: Bools) -> pa.Array:
    """An opener, a detail and a closer that match the rating; one in ten leaves stars alone."""
    n = len(rating)
    sentiment = np.select([rating <= 2, rating == 3], [0, 1], 2)
    pieces = []
    for slot in range(3):
        held = [texts[language][slot] for texts in PHRASES for language in ("en", "zh")]
        size = len(held[0])
        code = (sentiment * 2 + is_chinese) * size + rng.integers(0, size, n)
        pieces.append(words_of([phrase for phrases in held for phrase in phrases], code))
    space = pc.if_else(pa.array(is_chinese), "", " ")
    text = pc.binary_join_element_wise(*pieces, space)
    return pc.if_else(pa.array(rng.random(n) > 0.10), text, None)


def _ticket_columns(
    rng: np.random.Generator, view: Columns, orders: Orders, leaving: Leaving
) -> dict[str, Any]:
    """Tickets about an order, and questions out of the blue; complaints rise before leaving."""
    people, days = view.people, view.world.days
    chance = 0.02 + 0.08 * orders.is_fading + 0.08 * people.grumpiness[orders.who]
    chance += 0.5 * (orders.status == 2)
    about = np.flatnonzero(rng.random(len(orders.who)) < chance)
    second_about = orders.second[about] + rng.integers(3600, 6 * DAY, len(about))
    end = np.minimum(leaving.gone_at, days)
    who, time = candidate_events(rng, np.full(len(people.number), 0.004), people.start, end)
    keep = rng.random(len(who)) < np.where(leaving.is_fading(who, time), 1.0, 0.12)
    who, time = who[keep], time[keep]
    second_blue = np.floor(time).astype(np.int64) * DAY + second_of_day(rng, len(time))
    second = np.concatenate([second_about, second_blue])
    who = np.concatenate([orders.who[about], who])
    order = np.concatenate([about, np.full(len(time), -1)])
    by_time = np.argsort(second, kind="stable")
    by_time = by_time[second[by_time] < days * DAY]
    second, who, order = second[by_time], who[by_time], order[by_time]
    n = len(second)
    fading = leaving.is_fading(who, second / DAY)
    returns = (order >= 0) & (orders.status[order] == 2)
    weights = np.array([[3.0, 1.0, 6.0], [7.0, 1.5, 1.5], [1.0, 8.0, 1.0]])
    kind = pick_by_row(rng, weights, np.where(returns, 2, np.where(fading, 1, 0)))
    closed = second + (rng.lognormal(0.3, 1.0, n) * (1 + fading) * DAY).astype(np.int64) + 1800
    is_open = (rng.random(n) < 0.05) | (closed >= days * DAY)
    mood = 4.0 - 1.2 * fading - 0.9 * people.grumpiness[who] - 0.5 * (kind == 0)
    satisfaction = np.clip(np.rint(mood + rng.normal(0, 0.9, n)), 1, 5).astype(np.int64)
    return {
        "ticket_id": view.event_ids("T", np.arange(n)),
        "customer_id": view.customer_ids(who),
        "opened_at": view.moments(second),
        "order_id": view.order_ids(order, order < 0),
        "ticket_type": words_of(TICKET_TYPES, kind),
        "closed_at": view.moments(closed, is_open),
        "satisfaction": pa.array(satisfaction, mask=is_open | (rng.random(n) < 0.4)),
        "loaded_at": view.moments(view.loaded(rng, second)),
    }


def _contact_columns(rng: np.random.Generator, view: Columns, contacts: Contacts) -> dict[str, Any]:
    people, world = view.people, view.world
    n = len(contacts.who)
    assigned = (world.starts[contacts.campaign] * DAY).astype(np.int64)
    contacted = assigned + rng.integers(8 * 3600, 18 * 3600, n)
    group = people.group[contacts.who]
    opens = contacts.treated & (rng.random(n) < np.array([0.55, 0.45, 0.20, 0.25])[group])
    clicks = opens & (rng.random(n) < np.array([0.45, 0.30, 0.15, 0.10])[group])
    clicks &= np.array(world.actions)[contacts.campaign] != "care_call"  # a call has no link
    opened = contacted + rng.integers(60, 2 * DAY, n)
    return {
        "campaign_id": ids_of("K", 3, contacts.campaign + 1),
        "customer_id": view.customer_ids(contacts.who),
        "assigned_at": view.moments(assigned),
        "arm": words_of(("control", "treatment"), contacts.treated.astype(np.int64)),
        "contacted_at": view.moments(contacted, ~contacts.treated),
        "opened_at": view.moments(opened, ~opens),
        "clicked_at": view.moments(opened + rng.integers(3, 600, n), ~clicks),
    }


def _spoiled(
    rng: np.random.Generator, view: Columns, candidates: Ints, *, kinds: int, rows: int
) -> list[Ints]:
    """Which rows to dirty, `kinds` disjoint lists; block 0 has at least one of each kind."""
    share = view.world.shop.dirty_share
    each = max(int(view.block == 0 and share > 0), round(share * rows / kinds))
    each = min(each, len(candidates) // kinds)
    drawn = rng.permutation(candidates)[: each * kinds]
    return [drawn[kind * each : (kind + 1) * each] for kind in range(kinds)]


def _per_order(lines: Lines, cents: Ints, orders: int) -> Ints:
    """Sums of `cents` (lines,) over each order, (orders,); exact below 2**53 cents."""
    return np.bincount(lines.order, weights=cents, minlength=orders).astype(np.int64)
