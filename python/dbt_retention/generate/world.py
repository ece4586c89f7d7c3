"""The world: what all blocks of customers share."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from dbt_retention.generate.shop import Shop
from dbt_retention.generate.values import Floats, Ints, zipf
from dbt_retention.generate.words import ACTIONS, SHELVES

BLOCK_CUSTOMERS: Final = 20_000
MAX_PRODUCTS: Final = 20_000
ACTION_STRENGTH: Final = {
    "recommendation": 0.4,
    "offer": 1.4,
    "care_call": 2.0,
    "membership": 0.9,
    "social": 0.3,
}
STRENGTH_SPREAD = 0.7  # standard deviation, between shops, of its logarithm
MAX_EFFECT_DAYS = 60
WEEKDAYS = np.array([0.90, 0.86, 0.90, 0.95, 1.09, 1.25, 1.05])


@dataclass(frozen=True)
class Products:
    """The catalogue. Arrays are (products,) and sorted by category."""

    category: Ints
    cents: Ints
    cost_cents: Ints
    shelf: Floats  # category number + cumulative popularity within it, so one array to search
    sets: list[Ints]  # planted sets of 2 to 4 product numbers
    set_shelf: Floats  # (sets,) cumulative popularity


@dataclass(frozen=True)
class World:
    """The catalogue, the calendar and the campaigns of a shop."""

    shop: Shop
    products: Products
    day_rate: Floats  # (days,) season and weekday, 1 on average
    actions: tuple[str, ...]
    strengths: dict[str, float]  # by action: factor on what it does
    starts: Floats  # (campaigns,) day whose first second is the moment of assignment
    block_customers: int
    effect_days: int  # shorter than the gap between two campaigns, so that effects never overlap

    @property
    def days(self) -> int:
        return self.shop.days

    @property
    def blocks(self) -> int:
        """How many blocks hold all customers; the last may be smaller."""
        return -(-self.shop.customers // self.block_customers)


def build_world(shop: Shop) -> World:
    """The world of `shop`, from streams of its own: the same for every block."""
    count = int(np.clip(shop.months // 3, 5, 12))
    starts = np.floor(shop.days * np.linspace(0.12, 0.80, count))
    programme = (*ACTIONS, "offer")
    return World(
        shop=shop,
        products=_build_products(stream_of(shop, -1, "products"), shop.customers),
        day_rate=_day_rate(shop),
        actions=tuple(programme[number % len(programme)] for number in range(count)),
        strengths=_draw_strengths(shop),
        starts=starts,
        block_customers=BLOCK_CUSTOMERS,
        effect_days=int(min(MAX_EFFECT_DAYS, np.diff(starts).min())),
    )


def _draw_strengths(shop: Shop) -> dict[str, float]:
    if shop.are_actions_alike:
        return dict.fromkeys(ACTIONS, 1.0)
    luck = stream_of(shop, -1, "strengths").lognormal(0, STRENGTH_SPREAD, len(ACTIONS))
    return {
        action: ACTION_STRENGTH[action] * float(factor) for action, factor in zip(ACTIONS, luck, strict=True)
    }


def stream_of(shop: Shop, block: int, part: str) -> np.random.Generator:
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


def _build_products(rng: np.random.Generator, customers: int) -> Products:
    """120 products for a small shop, growing as about the square root of its customers."""
    count = int(min(MAX_PRODUCTS, round(120 * max(1.0, customers / 520) ** 0.52)))
    category = np.arange(count, dtype=np.int64) * len(SHELVES) // count
    typical = np.array([price for price, _, _ in SHELVES.values()])
    price = typical[category] * rng.lognormal(0, 0.35, count)
    cents = np.maximum(np.rint(price * 10).astype(np.int64) * 10 - 1, 99)
    popularity = np.zeros(count)
    for code in range(len(SHELVES)):
        here = np.flatnonzero(category == code)
        popularity[here] = zipf(len(here), 0.8)[rng.permutation(len(here))]
    shelf = np.cumsum(popularity)
    set_count = max(12, count // 40)
    return Products(
        category=category,
        cents=cents,
        cost_cents=np.rint(cents * rng.uniform(0.45, 0.72, count)).astype(np.int64),
        shelf=shelf,
        sets=[
            np.sort(rng.choice(count, size=int(size), replace=False)).astype(np.int64)
            for size in rng.integers(2, 5, set_count)
        ],
        set_shelf=np.cumsum(zipf(set_count, 0.7)),
    )
