"""A simulated shop with known truth: every input of the contract filled, at any size.

One block of 20,000 customers is drawn, written and forgotten at a time, so that memory does not
grow with the shop. A block draws from a stream of (seed, block number) alone: block 7 comes out the
same whether or not blocks 0 to 6 were drawn before it.

How customers behave:

- Purchases are a Poisson process, whose rate differs between customers as a gamma, until the
  customer leaves for good at a moment the shop does not see: the Pareto/NBD of Schmittlein,
  Morrison and Colombo (1987), "Counting your customers: who are they and what will they do next?",
  Management Science 33(1). Here leaving takes two steps, active -> fading -> gone, and a fading
  customer buys, browses and rates less: that can be predicted. Some leave without fading: that
  cannot.
- Season, weekday, fading and campaigns move the rate. Such a process is drawn by thinning: Lewis
  and Shedler (1979), "Simulation of nonhomogeneous Poisson processes by thinning", Naval Research
  Logistics Quarterly 26(3).
- A treatment slows (for sleeping dogs: speeds) the clock of leaving for `effect_days` and moves the
  purchase rate. Nothing before the assignment depends on the arm, as in a real experiment. The four
  groups are those of Radcliffe (2007), "Using control groups to target on predicted lift".

Times are days since `first_day` while customers are drawn and seconds since `first_day` from orders
on. Money is whole cents until it is written.
"""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
import pyarrow.compute as pc  # type: ignore[import-untyped, unused-ignore]
import pyarrow.parquet as pq  # type: ignore[import-untyped, unused-ignore]

from dbt_retention.generate_text import (
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

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
FileFormat = Literal["csv", "parquet"]

BLOCK_CUSTOMERS: Final = 20_000
MAX_CUSTOMERS: Final = 10_000_000
MAX_MONTHS: Final = 120
MAX_PRODUCTS: Final = 20_000
DAY: Final = 86_400
_IDS_PER_BLOCK: Final = 10_000_000  # more than a block can use; keeps blocks independent

# Customers. Rates are per day.
RATE_SHAPE, RATE_MEAN, RATE_FLOOR = 2.2, 0.050, 0.010
LEAVE_SHAPE, LEAVE_MEAN, LEAVE_CEILING = 2.0, 1 / 480, 0.02
FADE_DAYS = 40.0  # mean days between the first sign and the last purchase
FADER_SHARE = 0.78  # the others leave without a sign
ZH_SHARE = 0.20
SET_ORDER_SHARE = 0.22  # of orders that hold one planted set of products
FAVOURITE_DEPTH, SECOND_DEPTH = 0.45, 0.70  # how deep a look into the shelves goes: see _depth_span
FADED_ORDERS, FADING_DAYS = 0.25, 30.0  # share of the rate that is left, and after how many days
GOOD_ORDERS = 0.945  # neither cancelled nor returned
MEAN_QUANTITY, QUANTITY_P = 1 / 0.72, 0.72
SALE_PERCENTS = np.array([5, 10, 15, 20, 30])
GROUP_SHARE = np.array([0.40, 0.28, 0.20, 0.12])
GROUP_LEAVING = np.array([1.0, 0.35, 2.0, 0.9])  # how fast, against the average customer
GROUP_EFFECT = np.array([0.80, 0.08, 0.08, -0.55])  # log of how much a treatment slows leaving
ACTION_STRENGTH: Final = {
    "recommendation": 0.4,
    "offer": 1.4,
    "care_call": 2.0,
    "membership": 0.9,
    "social": 0.3,
}
STRENGTH_SPREAD = 0.7  # standard deviation, between shops, of its logarithm
GROUP_BOOST = np.array([0.35, 0.05, 0.0, -0.15])  # share by which it moves the purchase rate

# Campaigns.
OFFER_CENTS: Final = {"offer": 600, "membership": 300}
COUPON_DAYS = 30  # in which an offer can be taken
CONTACT_SHARE, CONTROL_SHARE = 0.70, 0.30
MAX_EFFECT_DAYS = 60

# Weights: P(acquisition channel | group), Monday to Sunday, and the 24 hours.
GROUP_ACQUISITION = np.array(
    [[3, 4, 1, 1, 1], [3, 1, 4, 0.5, 2], [2, 1, 0.5, 4, 1], [1, 0.5, 1, 1, 4]], dtype=np.float64
)
WEEKDAYS = np.array([0.90, 0.86, 0.90, 0.95, 1.09, 1.25, 1.05])
HOURS = np.array(
    [1, 0.5, 0.3, 0.2, 0.2, 0.5, 1.5, 3, 5, 6, 7, 7, 8, 7, 6, 6, 6, 7, 8, 9, 9, 7, 4, 2],
    dtype=np.float64,
)

_TYPES: Final[dict[str, Any]] = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "moment": pa.timestamp("s"),
    "date": pa.date32(),
    "flag": pa.bool_(),
}


def _schema(text: str) -> pa.Schema:
    """Read a schema from 'name type, name type'."""
    return pa.schema([(name, _TYPES[kind]) for name, kind in map(str.split, text.split(","))])


# The input contract. ordered_at is text, because a few rows hold a word instead of a time.
INPUTS: Final[dict[str, Any]] = {
    "orders": _schema(
        "order_id text, customer_id text, ordered_at text, order_status text, channel text,"
        "order_amount number, discount_amount number, loaded_at moment"
    ),
    "order_lines": _schema(
        "order_id text, product_id text, line_number whole, quantity whole, net_amount number,"
        "discount_amount number, coupon_id text, returned_quantity whole, returned_at moment"
    ),
    "customers": _schema(
        "customer_id text, signed_up_at moment, birth_year whole, gender text, city text,"
        "acquisition_channel text, membership_tier text, email text, phone text,"
        "email_consent flag, ads_consent flag"
    ),
    "products": _schema(
        "product_id text, product_name text, category text, subcategory text, brand text,"
        "unit_cost number, stock_on_hand whole"
    ),
    "sessions": _schema(
        "session_id text, customer_id text, started_at moment, duration_seconds whole,"
        "page_views whole, product_views whole, cart_adds whole, searches whole,"
        "traffic_source text, loaded_at moment"
    ),
    "reviews": _schema(
        "review_id text, customer_id text, reviewed_at moment, product_id text, rating whole,"
        "review_text text, loaded_at moment"
    ),
    "service_tickets": _schema(
        "ticket_id text, customer_id text, opened_at moment, order_id text, ticket_type text,"
        "closed_at moment, satisfaction whole, loaded_at moment"
    ),
    "campaigns": _schema(
        "campaign_id text, action text, started_at moment, ended_at moment, channel text,"
        "contact_cost number, offer_value number"
    ),
    "campaign_contacts": _schema(
        "campaign_id text, customer_id text, assigned_at moment, arm text, contacted_at moment,"
        "opened_at moment, clicked_at moment"
    ),
    "coupon_redemptions": _schema(
        "coupon_id text, customer_id text, redeemed_at moment, campaign_id text, order_id text"
    ),
}
# What no shop ever sees. Null dropout_date: still a customer on the last day; null fade_start_date:
# never faded in the period. true_effect is treatment minus control, 0 for who had already left.
# truth_actions: what a contact on the morning after the last day would bring each customer, by action and
# without one: P(a purchase within effect_days), purchases expected in 12 months, P(an offer is taken).
# planted_share is the share of orders that the whole set was put into on purpose.
TRUTH: Final[dict[str, Any]] = {
    "truth_customers": _schema(
        "customer_id text, dropout_date date, fade_start_date date, purchases_per_day number,"
        "margin_per_order number, price_sensitivity number, preferred_categories text, latent_group text"
    ),
    "truth_effects": _schema(
        "campaign_id text, customer_id text, action text, effect_days whole,"
        "stay_probability_control number, stay_probability_treatment number, true_effect number"
    ),
    "truth_actions": _schema(
        "customer_id text, action text, effect_days whole, buy_probability number,"
        "expected_purchases_12m number, offer_probability number"
    ),
    "truth_itemsets": _schema("itemset_id text, product_id text, planted_share number"),
}


@dataclass(frozen=True)
class Shop:
    """The only things that the result depends on.

    are_actions_alike: all actions work about as well; else the dearer ones better (ACTION_STRENGTH), and each
    better or worse than that by a factor that differs between shops.
    Raises ValueError, in words, for a value that cannot be simulated.
    """

    customers: int = 520
    months: int = 18
    seed: int = 7
    dirty_share: float = 0.002
    first_day: date = date(2023, 1, 2)
    are_actions_alike: bool = True

    def __post_init__(self) -> None:
        _check_whole("customers", self.customers, 1, MAX_CUSTOMERS)
        _check_whole("months", self.months, 3, MAX_MONTHS)
        _check_whole("seed", self.seed, 0, 2**63 - 1)
        share = self.dirty_share
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 0.5:
            raise ValueError(f"dirty_share is {share!r}; expected a share from 0 to 0.5")
        if not isinstance(self.first_day, date) or isinstance(self.first_day, datetime):
            raise ValueError(f"first_day is {self.first_day!r}; expected a datetime.date such as 2023-01-02")

    @property
    def days(self) -> int:
        """Days in the period: `months` calendar months from `first_day`."""
        month = self.first_day.month - 1 + self.months
        end = date(self.first_day.year + month // 12, month % 12 + 1, min(self.first_day.day, 28))
        return (end - self.first_day).days


def generate_shop(
    shop: Shop,
    *,
    out: Path,
    file_format: FileFormat = "csv",
    truth: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Write the ten inputs of `shop` into the folder `out`; return the rows of each file, by name.

    CSV files are called `example_<input>.csv`, Parquet files `<input>.parquet` with one row group
    a block. `truth` adds `truth_customers`, `truth_effects` and `truth_itemsets`, as Parquet in
    both cases, so that dbt does not take them for seeds. `progress` is told (customers done,
    customers in all) after each block. Files appear under their names only once all are complete;
    any other file in `out` is left alone. Raises ValueError where an argument cannot be used.
    """
    if file_format not in ("csv", "parquet"):
        raise ValueError(f"file_format is {file_format!r}; expected 'csv' or 'parquet'")
    out = out.resolve()  # through a link such as dbt_project/seeds
    if out.exists() and not out.is_dir():
        raise ValueError(f"out is {str(out)!r}, which is a file; expected a folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside `out`, not in it: a dbt that reads its seeds meanwhile must not find half a file. A
    # mounted `out` is another file system than its parent, and a rename cannot cross over.
    beside = out if os.path.ismount(out) else out.parent
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=beside) as staging:
        rows = _write_shop(shop, Path(staging), file_format, truth, progress)
        out.mkdir(exist_ok=True)
        for name in rows:
            os.replace(Path(staging, name), out / name)
    return rows


# ----------------------------------------------------------------------------------------
# The world: what all blocks share.


@dataclass(frozen=True)
class _Products:
    """The catalogue. Arrays are (products,) and sorted by category."""

    category: Ints
    cents: Ints
    cost_cents: Ints
    shelf: Floats  # category number + cumulative popularity within it, so one array to search
    sets: list[Ints]  # planted sets of 2 to 4 product numbers
    set_shelf: Floats  # (sets,) cumulative popularity


@dataclass(frozen=True)
class _World:
    shop: Shop
    products: _Products
    day_rate: Floats  # (days,) season and weekday, 1 on average
    actions: tuple[str, ...]
    strengths: dict[str, float]  # by action: factor on what it does
    starts: Floats  # (campaigns,) day whose first second is the moment of assignment
    effect_days: int  # shorter than the gap between two campaigns, so that effects never overlap

    @property
    def days(self) -> int:
        return self.shop.days


def _build_world(shop: Shop) -> _World:
    count = int(np.clip(shop.months // 3, 5, 12))
    starts = np.floor(shop.days * np.linspace(0.12, 0.80, count))
    programme = (*ACTIONS, "offer")
    return _World(
        shop=shop,
        products=_build_products(_stream(shop, -1, "products"), shop.customers),
        day_rate=_day_rate(shop),
        actions=tuple(programme[number % len(programme)] for number in range(count)),
        strengths=_draw_strengths(shop),
        starts=starts,
        effect_days=int(min(MAX_EFFECT_DAYS, np.diff(starts).min())),
    )


def _draw_strengths(shop: Shop) -> dict[str, float]:
    if shop.are_actions_alike:
        return dict.fromkeys(ACTIONS, 1.0)
    luck = _stream(shop, -1, "strengths").lognormal(0, STRENGTH_SPREAD, len(ACTIONS))
    return {
        action: ACTION_STRENGTH[action] * float(factor) for action, factor in zip(ACTIONS, luck, strict=True)
    }


def _stream(shop: Shop, block: int, part: str) -> np.random.Generator:
    """The random stream of one part of one block; block -1 is the world."""
    key = (block + 1, zlib.crc32(part.encode()))
    return np.random.default_rng(np.random.SeedSequence(shop.seed, spawn_key=key))


def _day_rate(shop: Shop) -> Floats:
    """How busy each day is, (days,), 1 on average: weekday, a yearly wave, a winter peak."""
    dates = np.datetime64(shop.first_day, "D") + np.arange(shop.days)
    weekday = (dates.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    day_of_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64)
    season = 1 + 0.10 * np.cos(2 * np.pi * (day_of_year - 345) / 365.25)
    season += 0.22 * ((day_of_year >= 323) & (day_of_year <= 356))
    rate = WEEKDAYS[weekday] * season
    return np.asarray(rate / rate.mean())


def _build_products(rng: np.random.Generator, customers: int) -> _Products:
    """120 products for a small shop, growing as about the square root of its customers."""
    count = int(min(MAX_PRODUCTS, round(120 * max(1.0, customers / 520) ** 0.52)))
    category = np.arange(count, dtype=np.int64) * len(SHELVES) // count
    typical = np.array([price for price, _, _ in SHELVES.values()])
    price = typical[category] * rng.lognormal(0, 0.35, count)
    cents = np.maximum(np.rint(price * 10).astype(np.int64) * 10 - 1, 99)
    popularity = np.zeros(count)
    for code in range(len(SHELVES)):
        here = np.flatnonzero(category == code)
        popularity[here] = _zipf(len(here), 0.8)[rng.permutation(len(here))]
    shelf = np.cumsum(popularity)
    set_count = max(12, count // 40)
    return _Products(
        category=category,
        cents=cents,
        cost_cents=np.rint(cents * rng.uniform(0.45, 0.72, count)).astype(np.int64),
        shelf=shelf,
        sets=[
            np.sort(rng.choice(count, size=int(size), replace=False)).astype(np.int64)
            for size in rng.integers(2, 5, set_count)
        ],
        set_shelf=np.cumsum(_zipf(set_count, 0.7)),
    )


def _zipf(count: int, exponent: float) -> Floats:
    """Shares of `count` ranks that fall as rank ** -exponent; they sum to 1."""
    weight = np.arange(1, count + 1, dtype=np.float64) ** -exponent
    return np.asarray(weight / weight.sum())


# ----------------------------------------------------------------------------------------
# Drawing one block.


@dataclass(frozen=True)
class _People:
    """The customers of a block, arrays of (customers,); shares and traits are 0 to 1."""

    number: Ints
    signup: Floats
    start: Floats  # day of the first purchase; the process runs from here
    rate: Floats  # purchases per day while active
    leave_rate: Floats
    fades: Bools
    group: Ints
    age: Ints
    price_sensitivity: Floats
    curiosity: Floats
    grumpiness: Floats
    basket: Floats  # mean of further products in an order
    browsing: Floats
    favourites: Ints  # (customers, 2) categories
    acquisition: Ints
    channel: Ints
    reads_chinese: Bools
    has_email: Bools
    email_consent: Bools
    ads_consent: Bools


def _draw_people(rng: np.random.Generator, world: _World, block: int) -> _People:
    first = block * BLOCK_CUSTOMERS
    n = min(BLOCK_CUSTOMERS, world.shop.customers - first)
    days = float(world.days)
    era = _pick(rng, np.array([0.40, 0.20, 0.40]), n)  # before the period, its first third, later
    low, high = np.array([-540.0, 0, days / 3]), np.array([0, days / 3, days * 0.96])
    signup = np.sort(low[era] + (high - low)[era] * rng.random(n))
    group = _pick(rng, GROUP_SHARE, n)
    rate = np.maximum(rng.gamma(RATE_SHAPE, RATE_MEAN / RATE_SHAPE, n), RATE_FLOOR)
    # A new customer buys within days, an old one within weeks: truncated exponentials.
    weeks = np.where(signup < 0, min(60.0, days / 4), 5.0)
    pace = np.where(signup < 0, rate, 0.5)
    wait = -np.log1p(-rng.random(n) * -np.expm1(-pace * weeks)) / pace
    favourite = _pick(rng, np.array([share for _, share, _ in SHELVES.values()]), n)
    second = (favourite + 1 + rng.integers(0, len(SHELVES) - 1, n)) % len(SHELVES)
    leave_rate = rng.gamma(LEAVE_SHAPE, LEAVE_MEAN / LEAVE_SHAPE, n) * GROUP_LEAVING[group]
    age = np.clip(rng.normal(np.array([36, 42, 40, 57])[group], 11), 18, 88).astype(np.int64)
    has_email = rng.random(n) > 0.04
    return _People(
        number=np.arange(first + 1, first + n + 1, dtype=np.int64),
        signup=signup,
        start=np.minimum(np.maximum(signup, 0) + wait, days - 0.01),
        rate=rate,
        leave_rate=np.clip(leave_rate, 1e-6, LEAVE_CEILING),
        fades=rng.random(n) < FADER_SHARE,
        group=group,
        age=age,
        price_sensitivity=rng.beta(1.6, 2.4, n),
        curiosity=rng.beta(2.0, 2.0, n),
        grumpiness=rng.beta(1.2, 4.0, n),
        basket=rng.gamma(2.5, 1.15 / 2.5, n),
        browsing=rng.gamma(2.0, 0.5, n),
        favourites=np.stack([favourite, second], axis=1),
        acquisition=_pick_by_row(rng, GROUP_ACQUISITION, group),
        channel=_pick(rng, np.array([0.45, 0.33, 0.22]), n),
        reads_chinese=rng.random(n) < ZH_SHARE,
        has_email=has_email,
        email_consent=(rng.random(n) < 0.86) & has_email,
        ads_consent=rng.random(n) < 0.70,
    )


@dataclass(frozen=True)
class _Leaving:
    """When each customer of the block starts to fade and is gone, (customers,), in days."""

    fade_at: Floats
    gone_at: Floats

    def is_fading(self, who: Ints, time: Floats) -> Bools:
        return np.asarray((time > self.fade_at[who]) & (time < self.gone_at[who]))

    def activity(self, who: Ints, time: Floats, *, low: float, days: float) -> Floats:
        """Multiplier that falls from 1 to `low` within `days` of starting to fade, (events,)."""
        since = np.clip((time - self.fade_at[who]) / days, 0, 1)
        return np.asarray(1 - (1 - low) * since)


@dataclass(frozen=True)
class _Contacts:
    """Who was in which campaign; arrays are (contacts,) and sorted by campaign, then customer."""

    campaign: Ints
    who: Ints
    treated: Bools
    stay_control: Floats
    stay_treatment: Floats


def _run_campaigns(
    rng: np.random.Generator, world: _World, people: _People
) -> tuple[_Leaving, _Contacts, Floats]:
    """Let time pass campaign by campaign: choose, randomise, and only then change who leaves when.

    Returns when customers leave, the contacts, and the factor on the purchase rate during each
    campaign's effect, (customers, campaigns).
    """
    n = len(people.number)
    fade_at = people.start + rng.exponential(1.0, n) / people.leave_rate
    gone_at = fade_at + np.where(people.fades, rng.exponential(FADE_DAYS, n), 0.0)
    lift = np.ones((n, len(world.actions)))
    parts: list[tuple[Ints, ...]] = []
    stays: list[tuple[Floats, Floats]] = []
    for number, (action, start) in enumerate(zip(world.actions, world.starts, strict=True)):
        consent = {"email": people.email_consent, "ads": people.ads_consent}.get(
            ACTIONS[action][0], np.ones(n, dtype=np.bool_)
        )
        # The shop does not see who has left: it stops writing to who has been silent for long.
        eligible = (people.start < start) & (gone_at > start - 90) & consent
        chosen = eligible & (rng.random(n) < CONTACT_SHARE)
        treated = chosen & (rng.random(n) >= CONTROL_SHARE)
        pace, boost = _treatment(world, people, action)
        who = np.flatnonzero(chosen)
        fading = (fade_at < start)[who]
        gone = (gone_at < start)[who]
        horizon = float(world.effect_days)
        stays.append(
            (
                np.where(gone, 0.0, _stay_probability(people, who, fading, np.full(n, horizon))),
                np.where(gone, 0.0, _stay_probability(people, who, fading, horizon * pace)),
            )
        )
        parts.append((np.full(len(who), number), who, treated[who].astype(np.int64)))
        fade_at = np.where(treated, _slowed(fade_at, start, horizon, pace), fade_at)
        gone_at = np.where(treated, _slowed(gone_at, start, horizon, pace), gone_at)
        lift[:, number] += treated * boost
    campaign, who, treated_code = (np.concatenate(column) for column in zip(*parts, strict=True))
    control, treatment = (np.concatenate(column) for column in zip(*stays, strict=True))
    contacts = _Contacts(campaign, who, treated_code == 1, control, treatment)
    return _Leaving(fade_at, gone_at), contacts, lift


def _affinity(people: _People, action: str) -> Floats:
    """How well an action suits each customer, (customers,), 0 to 1; the data show these traits."""
    traits = {
        "recommendation": people.curiosity,
        "offer": people.price_sensitivity,
        "care_call": np.minimum(1.0, people.grumpiness * 2),
        "membership": -np.expm1(-people.rate / RATE_MEAN),
        "social": np.clip((60 - people.age) / 40, 0, 1),
    }
    return np.asarray(traits[action], dtype=np.float64)


def _treatment(world: _World, people: _People, action: str) -> tuple[Floats, Floats]:
    """What an action does: the pace of the clock of leaving, and the share it adds to the purchase rate."""
    fit = 0.25 + 1.25 * _affinity(people, action)
    fit *= world.strengths[action]
    return np.exp(-GROUP_EFFECT[people.group] * fit), np.maximum(GROUP_BOOST[people.group] * fit, -0.9)


def _takes_offer(people: _People, action: str) -> Floats:
    """P(the next order within COUPON_DAYS uses the offer), (customers,)."""
    return np.asarray(0.15 + 0.65 * _affinity(people, action))


def _slowed(time: Floats, start: float, horizon: float, pace: Floats) -> Floats:
    """`time`, once the clock of leaving runs `pace` times as fast in [start, start + horizon)."""
    ahead = time - start
    within = start + ahead / pace
    return np.where(ahead <= 0, time, np.where(ahead < horizon * pace, within, time + horizon * (1 - pace)))


def _stay_probability(people: _People, who: Ints, fading: Bools, span: Floats) -> Floats:
    """P(not gone after `span` days of the clock of leaving), (contacts,), given the state now.

    Active customers who would fade first wait for a sum of two exponentials with rates m and v:
    S(x) = exp(-m x) + m / (v - m) * (exp(-m x) - exp(-v x)); fading ones for the second alone;
    those who leave without a sign for the first alone.
    """
    m, v, x = people.leave_rate[who], 1 / FADE_DAYS, span[who]
    active = np.exp(-m * x)
    through = m / (v - m) * (active - np.exp(-v * x))
    survives: Floats = np.where(people.fades[who], active + through, active)
    return np.where(fading & people.fades[who], np.exp(-v * x), survives)


@dataclass(frozen=True)
class _Response:
    """What a contact on the morning after the last day would bring; arrays are (customers,)."""

    buys: Floats  # P(a purchase within the effect's days)
    purchases: Floats  # expected within 12 months
    takes: Floats  # P(its offer is taken)


def _respond(world: _World, people: _People, leaving: _Leaving, action: str | None) -> _Response:
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
        pace, boost = _treatment(world, people, action)
        takes = _takes_offer(people, action) * (action in OFFER_CENTS)
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

    return _Response(
        buys=1 - backwards(horizon, is_count=False),
        purchases=backwards(365.0, is_count=True),
        takes=takes * (1 - backwards(min(COUPON_DAYS, horizon), is_count=False)),
    )


def _depth_span(people: _People) -> Floats:
    """How deep into the shelves a customer looks at most: favourites lie in front."""
    return np.asarray(0.6 + 0.8 * people.curiosity)


def _sale_share(people: _People) -> Floats:
    """Share of lines that a customer buys at a lower price."""
    return np.asarray(0.06 + 0.34 * people.price_sensitivity)


def _order_margin(world: _World, people: _People) -> Floats:
    """Money that an order leaves after its goods are paid, on average and without coupons, (customers,)."""
    shelf = world.products
    kinds = len(SHELVES)
    popularity = np.diff(shelf.shelf, prepend=0.0)
    cents = np.bincount(shelf.category, weights=popularity * shelf.cents, minlength=kinds)
    costs = np.bincount(shelf.category, weights=popularity * shelf.cost_cents, minlength=kinds)
    demand = np.array([share for _, share, _ in SHELVES.values()])
    span = _depth_span(people)
    first = np.minimum(FAVOURITE_DEPTH / span, 1)
    second = np.minimum(SECOND_DEPTH / span, 1) - first
    set_share = np.diff(shelf.set_shelf, prepend=0.0)
    paid = 1 - _sale_share(people) * SALE_PERCENTS.mean() / 100
    lines = people.basket + 1 - SET_ORDER_SHARE

    def per_order(by_kind: npt.NDArray[Any], by_product: Ints) -> Floats:
        mixed = first * by_kind[people.favourites[:, 0]] + second * by_kind[people.favourites[:, 1]]
        mixed += (1 - first - second) * (demand @ by_kind) / demand.sum()
        in_sets = set_share @ np.array([by_product[members].sum() for members in shelf.sets])
        return np.asarray(MEAN_QUANTITY * (lines * mixed + SET_ORDER_SHARE * in_sets))

    margin = per_order(cents, shelf.cents) * paid - per_order(costs, shelf.cost_cents)
    return np.asarray(margin / 100)


@dataclass(frozen=True)
class _Orders:
    """Arrays of (orders,), sorted by time."""

    who: Ints
    second: Ints
    is_first: Bools  # the customer's first order
    is_fading: Bools
    status: Ints
    channel: Ints
    returned: Ints  # second of the return; 0 where nothing came back


def _draw_orders(
    rng: np.random.Generator, world: _World, people: _People, leaving: _Leaving, lift: Floats
) -> _Orders:
    end = np.minimum(leaving.gone_at, world.days)
    peak = world.day_rate.max() * max(1.0, lift.max())
    who, time = _candidates(rng, people.rate * peak, people.start, end)
    chance = _busyness(world, who, time, lift) * leaving.activity(
        who, time, low=FADED_ORDERS, days=FADING_DAYS
    )
    keep = rng.random(len(who)) * peak < chance
    who = np.concatenate([np.arange(len(people.number)), who[keep]])
    time = np.concatenate([people.start, time[keep]])
    second = np.floor(time).astype(np.int64) * DAY + _second_of_day(rng, len(time))
    order = np.argsort(second, kind="stable")
    who, time, second = who[order], time[order], second[order]
    n = len(who)
    is_first = np.zeros(n, dtype=np.bool_)
    is_first[np.unique(who, return_index=True)[1]] = True
    status = np.where(is_first, 0, _pick(rng, np.array([GOOD_ORDERS, 0.030, 0.025]), n))
    back = second + rng.integers(2 * DAY, 20 * DAY, n)
    status = np.where((status == 2) & (back >= world.days * DAY), 0, status)
    other = _pick(rng, np.array([0.4, 0.35, 0.25]), n)
    return _Orders(
        who=who,
        second=second,
        is_first=is_first,
        is_fading=leaving.is_fading(who, time),
        status=status,
        channel=np.where(rng.random(n) < 0.75, people.channel[who], other),
        returned=np.where(back < world.days * DAY, back, 0),
    )


def _candidates(rng: np.random.Generator, rate: Floats, begin: Floats, end: Floats) -> tuple[Ints, Floats]:
    """Poisson events of each customer at their peak rate, to be thinned: (who, time), (events,)."""
    span = np.maximum(end - begin, 0)
    counts = rng.poisson(rate * span)
    who = np.repeat(np.arange(len(rate)), counts)
    return who, begin[who] + span[who] * rng.random(len(who))


def _busyness(world: _World, who: Ints, time: Floats, lift: Floats) -> Floats:
    """Season, weekday and campaign factor of each event, (events,)."""
    number = np.searchsorted(world.starts, time, side="right") - 1
    since = time - world.starts[number]
    boosted = (number >= 0) & (since < world.effect_days)
    return world.day_rate[time.astype(np.int64)] * np.where(boosted, lift[who, number], 1.0)


@dataclass(frozen=True)
class _Lines:
    """Arrays of (lines,), sorted by order; `order` points into _Orders."""

    order: Ints
    product: Ints
    number: Ints
    quantity: Ints
    net_cents: Ints
    discount_cents: Ints
    coupon: Ints  # campaign number whose coupon was used, -1 for none
    returned_quantity: Ints


@dataclass(frozen=True)
class _Redemptions:
    """Arrays of (redemptions,), sorted by order; `line` points into _Lines."""

    line: Ints
    order: Ints
    campaign: Ints


def _draw_lines(
    rng: np.random.Generator, world: _World, people: _People, orders: _Orders, contacts: _Contacts
) -> tuple[_Lines, _Redemptions]:
    order, product = _draw_baskets(rng, world, people, orders)
    n = len(order)
    begins = np.concatenate([[True], order[1:] != order[:-1]])
    first_line = np.flatnonzero(begins)
    number = np.arange(n) - first_line[order] + 1
    quantity = np.minimum(rng.geometric(QUANTITY_P, n), 9).astype(np.int64)
    gross = quantity * world.products.cents[product]
    on_sale = rng.random(n) < _sale_share(people)[orders.who[order]]
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
    return _Lines(order, product, number, quantity, gross - discount, discount, coupon, returned), redemptions


def _draw_baskets(
    rng: np.random.Generator, world: _World, people: _People, orders: _Orders
) -> tuple[Ints, Ints]:
    """Products of each order, each at most once, some with a planted set: (order, product)."""
    shelf = world.products
    n = len(orders.who)
    has_set = rng.random(n) < SET_ORDER_SHARE
    counts = rng.poisson(people.basket[orders.who]) + ~has_set
    order = np.repeat(np.arange(n), counts)
    who = orders.who[order]
    # A curious customer looks beyond the two favourite categories more often.
    depth = rng.random(len(order)) * _depth_span(people)[who]
    anything = _pick(rng, np.array([share for _, share, _ in SHELVES.values()]), len(order))
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
    world: _World,
    people: _People,
    orders: _Orders,
    contacts: _Contacts,
    *,
    first_line: Ints,
) -> _Redemptions:
    """Treated customers of an offer may use its coupon on their next order within 30 days."""
    found, campaign = [], []
    for number, action in enumerate(world.actions):
        draw = rng.random(len(people.number))
        if action != "offer":
            continue
        treated = contacts.who[(contacts.campaign == number) & contacts.treated]
        uses = np.zeros(len(people.number), dtype=np.bool_)
        uses[treated] = draw[treated] < _takes_offer(people, action)[treated]
        since = orders.second - world.starts[number] * DAY
        usable = np.flatnonzero((since > DAY) & (since < COUPON_DAYS * DAY) & (orders.status == 0))
        usable = usable[uses[orders.who[usable]]]
        next_order = usable[np.unique(orders.who[usable], return_index=True)[1]]
        found.append(np.sort(next_order))
        campaign.append(np.full(len(next_order), number, dtype=np.int64))
    order = np.concatenate(found)
    return _Redemptions(first_line[order], order, np.concatenate(campaign))


# ----------------------------------------------------------------------------------------
# The tables of one block.


def _block_tables(world: _World, block: int, *, truth: bool) -> dict[str, pa.Table]:
    """The rows that one block adds to each input and truth table, in the order they are written."""

    def stream(part: str) -> np.random.Generator:
        return _stream(world.shop, block, part)

    people = _draw_people(stream("people"), world, block)
    leaving, contacts, lift = _run_campaigns(stream("campaigns"), world, people)
    orders = _draw_orders(stream("orders"), world, people, leaving, lift)
    lines, redemptions = _draw_lines(stream("lines"), world, people, orders, contacts)
    view = _Columns(world, block, people)
    columns = {
        "orders": _order_columns(stream("order rows"), view, orders, lines),
        "order_lines": _line_columns(stream("line rows"), view, orders, lines),
        "customers": _customer_columns(stream("customer rows"), view, orders),
        "sessions": _session_columns(stream("sessions"), view, orders, leaving, lift),
        "reviews": _review_columns(stream("reviews"), view, orders, lines),
        "service_tickets": _ticket_columns(stream("tickets"), view, orders, leaving),
        "campaign_contacts": _contact_columns(stream("contact rows"), view, contacts),
        "coupon_redemptions": {
            "coupon_id": _coupon_ids(redemptions.campaign, redemptions.campaign < 0),
            "customer_id": view.customer_ids(orders.who[redemptions.order]),
            "redeemed_at": view.moments(orders.second[redemptions.order]),
            "campaign_id": _ids("K", 3, redemptions.campaign + 1),
            "order_id": view.order_ids(redemptions.order),
        },
    }
    if truth:
        columns |= _truth_columns(view, leaving, contacts)
    schemas = INPUTS | TRUTH
    return {name: pa.table(held, schema=schemas[name]) for name, held in columns.items()}


def _truth_columns(view: _Columns, leaving: _Leaving, contacts: _Contacts) -> dict[str, dict[str, Any]]:
    """The truth tables of one block."""
    world, people = view.world, view.people
    responses = {action: _respond(world, people, leaving, action) for action in (None, *ACTIONS)}
    everyone = np.arange(len(people.number))
    return {
        "truth_customers": {
            "customer_id": view.customer_ids(np.arange(len(people.number))),
            "dropout_date": view.dates(leaving.gone_at, leaving.gone_at >= world.days),
            "fade_start_date": view.dates(leaving.fade_at, (leaving.fade_at >= world.days) | ~people.fades),
            "purchases_per_day": people.rate,
            "margin_per_order": _order_margin(world, people),
            "price_sensitivity": people.price_sensitivity,
            "preferred_categories": pc.binary_join_element_wise(
                _words(tuple(SHELVES), people.favourites[:, 0]),
                _words(tuple(SHELVES), people.favourites[:, 1]),
                "|",
            ),
            "latent_group": _words(GROUPS, people.group),
        },
        "truth_effects": {
            "campaign_id": _ids("K", 3, contacts.campaign + 1),
            "customer_id": view.customer_ids(contacts.who),
            "action": _words(world.actions, contacts.campaign),
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


def _world_tables(world: _World) -> dict[str, pa.Table]:
    """The tables that do not grow with the customers of a block."""
    products, shop = world.products, world.shop
    rng = _stream(shop, -1, "product rows")
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
            "product_id": _ids("P", 5, np.arange(count) + 1),
            "product_name": [f"{BRANDS[b]} {nouns[w]}{SIZES[s]}" for b, w, s in names],
            "category": _words(tuple(SHELVES), products.category),
            "subcategory": _words([name for name, _ in shelves], products.category * 3 + noun // 5),
            "brand": _words(BRANDS, brand),
            "unit_cost": products.cost_cents / 100,
            "stock_on_hand": stock,
        },
        "campaigns": {
            "campaign_id": _ids("K", 3, numbers + 1),
            "action": list(world.actions),
            "started_at": _moments(shop, begins),
            "ended_at": _moments(shop, begins + min(30, world.effect_days) * DAY),
            "channel": [ACTIONS[action][0] for action in world.actions],
            "contact_cost": [ACTIONS[action][1] for action in world.actions],
            "offer_value": [OFFER_CENTS.get(action, 0) / 100 for action in world.actions],
        },
        "truth_itemsets": {
            "itemset_id": _ids("I", 4, np.repeat(np.arange(len(set_sizes)) + 1, set_sizes)),
            "product_id": _ids("P", 5, np.concatenate(products.sets) + 1),
            "planted_share": np.repeat(set_share, set_sizes),
        },
    }
    schemas = INPUTS | TRUTH
    return {name: pa.table(held, schema=schemas[name]) for name, held in columns.items()}


@dataclass(frozen=True)
class _Columns:
    """How a block's numbers become ids and times."""

    world: _World
    block: int
    people: _People

    def customer_ids(self, who: Ints, missing: Bools | None = None) -> pa.Array:
        return _ids("C", 7, who + 1 + self.block * BLOCK_CUSTOMERS, missing)

    def order_ids(self, order: Ints, missing: Bools | None = None) -> pa.Array:
        return self.event_ids("O", order, missing)

    def event_ids(self, prefix: str, event: Ints, missing: Bools | None = None) -> pa.Array:
        return _ids(prefix, 10, event + 1 + self.block * _IDS_PER_BLOCK, missing)

    def moments(self, second: Ints, missing: Bools | None = None) -> pa.Array:
        return _moments(self.world.shop, second, missing)

    def dates(self, time: Floats, missing: Bools) -> pa.Array:
        midnight = np.datetime64(self.world.shop.first_day, "D").astype(np.int32)
        days = np.where(missing, 0, np.floor(time)).astype(np.int32)
        return pa.array(days + midnight, mask=missing).cast(_TYPES["date"])

    def loaded(self, rng: np.random.Generator, second: Ints) -> Ints:
        """When an event of `second` reached the warehouse: minutes to hours later, 1.5 % days."""
        minutes = np.minimum(rng.lognormal(3.2, 0.9, len(second)), 600)
        late = (rng.random(len(second)) < 0.015) * rng.integers(DAY, 10 * DAY, len(second))
        arrived: Ints = second + (minutes * 60).astype(np.int64) + late + 60
        return np.maximum(second, np.minimum(arrived, self.world.days * DAY))


def _order_columns(
    rng: np.random.Generator, view: _Columns, orders: _Orders, lines: _Lines
) -> dict[str, Any]:
    n = len(orders.who)
    candidates = np.flatnonzero(~orders.is_first)  # so that every customer keeps a clean order
    anonymous, timeless, doubled = _spoil(rng, view, candidates, kinds=3, rows=n)
    loaded = view.loaded(rng, orders.second)
    row = np.sort(np.concatenate([np.arange(n), doubled]))
    again = np.concatenate([[False], row[1:] == row[:-1]])  # the same order, delivered twice
    no_time = _marks(timeless, n)[row]
    return {
        "order_id": view.order_ids(row),
        "customer_id": view.customer_ids(orders.who[row], _marks(anonymous, n)[row]),
        "ordered_at": pc.if_else(
            pa.array(no_time), "unknown", view.moments(orders.second[row]).cast(_TYPES["text"])
        ),
        "order_status": _words(STATUSES, orders.status[row]),
        "channel": _words(CHANNELS, orders.channel[row]),
        "order_amount": _per_order(lines, lines.net_cents, n)[row] / 100,
        "discount_amount": _per_order(lines, lines.discount_cents, n)[row] / 100,
        "loaded_at": view.moments(loaded[row] + again * 3 * 3600),
    }


def _line_columns(rng: np.random.Generator, view: _Columns, orders: _Orders, lines: _Lines) -> dict[str, Any]:
    n = len(lines.order)
    candidates = np.flatnonzero((lines.coupon < 0) & (lines.returned_quantity == 0))
    negative, nameless = _spoil(rng, view, candidates, kinds=2, rows=n)
    came_back = orders.returned[lines.order]
    return {
        "order_id": view.order_ids(lines.order),
        "product_id": _ids("P", 5, lines.product + 1, _marks(nameless, n)),
        "line_number": lines.number,
        "quantity": lines.quantity * np.where(_marks(negative, n), -1, 1),
        "net_amount": lines.net_cents / 100,
        "discount_amount": lines.discount_cents / 100,
        "coupon_id": _coupon_ids(lines.coupon, lines.coupon < 0),
        "returned_quantity": lines.returned_quantity,
        "returned_at": view.moments(came_back, lines.returned_quantity == 0),
    }


def _customer_columns(rng: np.random.Generator, view: _Columns, orders: _Orders) -> dict[str, Any]:
    people = view.people
    n = len(people.number)
    first_order = orders.second[orders.is_first][np.argsort(orders.who[orders.is_first])]
    second = np.floor(people.signup).astype(np.int64) * DAY + _second_of_day(rng, n)
    rank = np.log(people.rate / RATE_MEAN) + rng.normal(0, 0.5, n)
    tier = np.searchsorted(np.array([-0.3, 0.35, 0.9]), rank) - 1
    email = pc.binary_join_element_wise(
        _words(FIRST_NAMES, rng.integers(0, len(FIRST_NAMES), n)),
        ".",
        _words(LAST_NAMES, rng.integers(0, len(LAST_NAMES), n)),
        pa.array(people.number).cast(_TYPES["text"]),
        "@example.com",
        "",
    )
    oddity = rng.random(n)
    email = pc.if_else(pa.array(oddity < 0.03), pc.utf8_upper(email), email)
    padded = pc.binary_join_element_wise(" ", pc.utf8_title(email), " ", "")
    email = pc.if_else(pa.array(oddity > 0.98), padded, email)
    fictional = people.number * 7919 % 80_000  # 800 area codes x the 100 numbers kept for fiction
    phone = pc.binary_join_element_wise(
        "+1-", _ids("", 3, 200 + fictional // 100), "-555-01", _ids("", 2, fictional % 100), ""
    )
    year = view.world.shop.first_day.year
    return {
        "customer_id": view.customer_ids(np.arange(n)),
        "signed_up_at": view.moments(np.minimum(second, first_order - 3600)),
        "birth_year": pa.array(year - people.age, mask=rng.random(n) < 0.12),
        "gender": _words(GENDERS, _pick(rng, np.array([0.53, 0.44, 0.03]), n), rng.random(n) < 0.07),
        "city": _words(CITIES, _pick(rng, _zipf(len(CITIES), 0.6), n), rng.random(n) < 0.02),
        "acquisition_channel": _words(ACQUISITION, people.acquisition),
        "membership_tier": _words(TIERS, np.maximum(tier, 0), tier < 0),  # null: not a member
        "email": pc.if_else(pa.array(people.has_email), email, None),
        "phone": pc.if_else(pa.array(rng.random(n) > 0.08), phone, None),
        "email_consent": people.email_consent,
        "ads_consent": people.ads_consent,
    }


def _session_columns(
    rng: np.random.Generator, view: _Columns, orders: _Orders, leaving: _Leaving, lift: Floats
) -> dict[str, Any]:
    """Half of the visits that led to an order, and visits without one, which fall off first."""
    people, world = view.people, view.world
    peak = world.day_rate.max() * max(1.0, lift.max())
    end = np.minimum(leaving.gone_at + 60, world.days)  # a few look again after they have left
    rate = people.rate * people.browsing * 0.9
    who, time = _candidates(rng, rate * peak, people.start, end)
    interest = leaving.activity(who, time, low=0.15, days=20)
    interest = np.where(time < leaving.gone_at[who], interest, 0.08)
    keep = rng.random(len(who)) * peak < _busyness(world, who, time, lift) * interest
    who, time = who[keep], time[keep]
    bought = np.flatnonzero((orders.channel < 2) & (rng.random(len(orders.who)) < 0.5))
    before = orders.second[bought] - rng.integers(120, 2400, len(bought))
    browsed = np.floor(time).astype(np.int64) * DAY + _second_of_day(rng, len(time))
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
        "traffic_source": _words(SOURCES, _pick(rng, np.array([0.34, 0.26, 0.2, 0.1, 0.1]), n)),
        "loaded_at": view.moments(view.loaded(rng, second[order])),
    }


def _review_columns(
    rng: np.random.Generator, view: _Columns, orders: _Orders, lines: _Lines
) -> dict[str, Any]:
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
    (anonymous,) = _spoil(rng, view, np.arange(n), kinds=1, rows=n)
    first_line = np.searchsorted(lines.order, order)
    return {
        "review_id": view.event_ids("R", np.arange(n)),
        "customer_id": view.customer_ids(who, _marks(anonymous, n)),
        "reviewed_at": view.moments(second),
        "product_id": _ids("P", 5, lines.product[first_line] + 1),
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
        pieces.append(_words([phrase for phrases in held for phrase in phrases], code))
    space = pc.if_else(pa.array(is_chinese), "", " ")
    text = pc.binary_join_element_wise(*pieces, space)
    return pc.if_else(pa.array(rng.random(n) > 0.10), text, None)


def _ticket_columns(
    rng: np.random.Generator, view: _Columns, orders: _Orders, leaving: _Leaving
) -> dict[str, Any]:
    """Tickets about an order, and questions out of the blue; complaints rise before leaving."""
    people, days = view.people, view.world.days
    chance = 0.02 + 0.08 * orders.is_fading + 0.08 * people.grumpiness[orders.who]
    chance += 0.5 * (orders.status == 2)
    about = np.flatnonzero(rng.random(len(orders.who)) < chance)
    second_about = orders.second[about] + rng.integers(3600, 6 * DAY, len(about))
    end = np.minimum(leaving.gone_at, days)
    who, time = _candidates(rng, np.full(len(people.number), 0.004), people.start, end)
    keep = rng.random(len(who)) < np.where(leaving.is_fading(who, time), 1.0, 0.12)
    who, time = who[keep], time[keep]
    second_blue = np.floor(time).astype(np.int64) * DAY + _second_of_day(rng, len(time))
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
    kind = _pick_by_row(rng, weights, np.where(returns, 2, np.where(fading, 1, 0)))
    closed = second + (rng.lognormal(0.3, 1.0, n) * (1 + fading) * DAY).astype(np.int64) + 1800
    is_open = (rng.random(n) < 0.05) | (closed >= days * DAY)
    mood = 4.0 - 1.2 * fading - 0.9 * people.grumpiness[who] - 0.5 * (kind == 0)
    satisfaction = np.clip(np.rint(mood + rng.normal(0, 0.9, n)), 1, 5).astype(np.int64)
    return {
        "ticket_id": view.event_ids("T", np.arange(n)),
        "customer_id": view.customer_ids(who),
        "opened_at": view.moments(second),
        "order_id": view.order_ids(order, order < 0),
        "ticket_type": _words(TICKET_TYPES, kind),
        "closed_at": view.moments(closed, is_open),
        "satisfaction": pa.array(satisfaction, mask=is_open | (rng.random(n) < 0.4)),
        "loaded_at": view.moments(view.loaded(rng, second)),
    }


def _contact_columns(rng: np.random.Generator, view: _Columns, contacts: _Contacts) -> dict[str, Any]:
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
        "campaign_id": _ids("K", 3, contacts.campaign + 1),
        "customer_id": view.customer_ids(contacts.who),
        "assigned_at": view.moments(assigned),
        "arm": _words(("control", "treatment"), contacts.treated.astype(np.int64)),
        "contacted_at": view.moments(contacted, ~contacts.treated),
        "opened_at": view.moments(opened, ~opens),
        "clicked_at": view.moments(opened + rng.integers(3, 600, n), ~clicks),
    }


# ----------------------------------------------------------------------------------------
# Small helpers.


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name} is {value!r}; expected a whole number from {low:,} to {high:,}")


def _pick(rng: np.random.Generator, weights: Floats, size: int) -> Ints:
    """`size` codes 0..len(weights)-1, each as often as its weight says."""
    edges = np.cumsum(weights)[:-1] / weights.sum()
    return np.searchsorted(edges, rng.random(size), side="right").astype(np.int64)


def _pick_by_row(rng: np.random.Generator, weights: Floats, row: Ints) -> Ints:
    """One code for each of `row`, by the weights of that row of `weights` (rows, codes)."""
    edges = np.cumsum(weights, axis=1)[:, :-1] / weights.sum(axis=1, keepdims=True)
    return np.asarray((rng.random(len(row))[:, None] >= edges[row]).sum(axis=1), dtype=np.int64)


def _second_of_day(rng: np.random.Generator, size: int) -> Ints:
    return _pick(rng, HOURS, size) * 3600 + rng.integers(0, 3600, size)


def _spoil(
    rng: np.random.Generator, view: _Columns, candidates: Ints, *, kinds: int, rows: int
) -> list[Ints]:
    """Which rows to dirty, `kinds` disjoint lists; block 0 has at least one of each kind."""
    share = view.world.shop.dirty_share
    each = max(int(view.block == 0 and share > 0), round(share * rows / kinds))
    each = min(each, len(candidates) // kinds)
    drawn = rng.permutation(candidates)[: each * kinds]
    return [drawn[kind * each : (kind + 1) * each] for kind in range(kinds)]


def _marks(rows: Ints, size: int) -> Bools:
    marks = np.zeros(size, dtype=np.bool_)
    marks[rows] = True
    return marks


def _per_order(lines: _Lines, cents: Ints, orders: int) -> Ints:
    """Sums of `cents` (lines,) over each order, (orders,); exact below 2**53 cents."""
    return np.bincount(lines.order, weights=cents, minlength=orders).astype(np.int64)


def _moments(shop: Shop, second: Ints, missing: Bools | None = None) -> pa.Array:
    """Seconds since `first_day` as timestamps, null where `missing`."""
    midnight = np.datetime64(shop.first_day, "s").astype(np.int64)
    return pa.array(second + midnight, mask=missing).cast(_TYPES["moment"])


def _ids(prefix: str, width: int, numbers: Ints, missing: Bools | None = None) -> pa.Array:
    """`prefix` and the number with leading zeros, null where `missing`."""
    digits = pc.utf8_lpad(pa.array(numbers, mask=missing).cast(_TYPES["text"]), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def _coupon_ids(campaign: Ints, missing: Bools) -> pa.Array:
    return _ids("COUPON-K", 3, campaign + 1, missing)


def _words(words: tuple[str, ...] | list[str], codes: Ints, missing: Bools | None = None) -> pa.Array:
    return pa.array(words, type=_TYPES["text"]).take(pa.array(codes, mask=missing))


# ----------------------------------------------------------------------------------------
# Files.


class _File(Protocol):
    def write(self, table: pa.Table) -> None: ...

    def close(self) -> None: ...


class _ParquetFile:
    """One row group a write."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")

    def write(self, table: pa.Table) -> None:
        if table.num_rows:
            self._writer.write_table(table, row_group_size=table.num_rows)

    def close(self) -> None:
        self._writer.close()


class _CsvFile:
    """LF line ends, quotes only where a value needs them, null as nothing.

    pyarrow's own writer quotes every text, which would make the seeds a third larger.
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._file.write(",".join(schema.names) + "\n")

    def write(self, table: pa.Table) -> None:
        cells = [_quoted(column.cast(_TYPES["text"])) for column in table.columns]
        lines = pc.binary_join_element_wise(*cells, ",", null_handling="replace", null_replacement="")
        self._file.writelines(f"{line}\n" for line in lines.to_pylist())

    def close(self) -> None:
        self._file.close()


def _quoted(column: pa.ChunkedArray) -> pa.ChunkedArray:
    doubled = pc.replace_substring(column, '"', '""')
    quoted = pc.binary_join_element_wise('"', doubled, '"', "")
    return pc.if_else(pc.match_substring_regex(column, '[",\\n]|^ | $'), quoted, column)


def _write_shop(
    shop: Shop,
    folder: Path,
    file_format: FileFormat,
    truth: bool,
    progress: Callable[[int, int], None] | None,
) -> dict[str, int]:
    """Write every file of `shop` into `folder`; return rows by file name."""
    world = _build_world(shop)
    names = {name: f"example_{name}.csv" if file_format == "csv" else f"{name}.parquet" for name in INPUTS}
    names |= {name: f"{name}.parquet" for name in TRUTH if truth}
    rows = dict.fromkeys(names.values(), 0)
    with ExitStack() as stack:
        files: dict[str, _File] = {}
        for name, file_name in names.items():
            kind = _CsvFile if file_name.endswith(".csv") else _ParquetFile
            files[name] = kind(folder / file_name, (INPUTS | TRUTH)[name])
            stack.callback(files[name].close)

        def write(tables: dict[str, pa.Table]) -> None:
            for name, table in tables.items():
                if name in files:
                    files[name].write(table)
                    rows[names[name]] += table.num_rows

        write(_world_tables(world))
        for block in range(-(-shop.customers // BLOCK_CUSTOMERS)):
            write(_block_tables(world, block, truth=truth))
            if progress is not None:
                progress(min((block + 1) * BLOCK_CUSTOMERS, shop.customers), shop.customers)
    return rows
