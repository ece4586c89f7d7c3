"""The customers of a block, and when each leaves: campaigns slow or speed the clock of leaving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dbt_retention.generate.values import Bools, Floats, Ints, pick, pick_by_row
from dbt_retention.generate.words import ACTIONS, SHELVES
from dbt_retention.generate.world import World

# Rates are per day.
RATE_SHAPE, RATE_MEAN, RATE_FLOOR = 2.2, 0.050, 0.010
LEAVE_SHAPE, LEAVE_MEAN, LEAVE_CEILING = 2.0, 1 / 480, 0.02
FADE_DAYS = 40.0  # mean days between the first sign and the last purchase
FADER_SHARE = 0.78  # the others leave without a sign
ZH_SHARE = 0.20
GROUP_SHARE = np.array([0.40, 0.28, 0.20, 0.12])
GROUP_LEAVING = np.array([1.0, 0.35, 2.0, 0.9])  # how fast, against the average customer
GROUP_EFFECT = np.array([0.80, 0.08, 0.08, -0.55])  # log of how much a treatment slows leaving
GROUP_BOOST = np.array([0.35, 0.05, 0.0, -0.15])  # share by which it moves the purchase rate
# P(acquisition channel | group).
GROUP_ACQUISITION = np.array(
    [[3, 4, 1, 1, 1], [3, 1, 4, 0.5, 2], [2, 1, 0.5, 4, 1], [1, 0.5, 1, 1, 4]], dtype=np.float64
)
CONTACT_SHARE, CONTROL_SHARE = 0.70, 0.30


@dataclass(frozen=True)
class People:
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


def draw_people(rng: np.random.Generator, world: World, block: int) -> People:
    """The customers of `block`, by the day on which they signed up."""
    first = block * world.block_customers
    n = min(world.block_customers, world.shop.customers - first)
    days = float(world.days)
    era = pick(rng, np.array([0.40, 0.20, 0.40]), n)  # before the period, its first third, later
    low, high = np.array([-540.0, 0, days / 3]), np.array([0, days / 3, days * 0.96])
    signup = np.sort(low[era] + (high - low)[era] * rng.random(n))
    group = pick(rng, GROUP_SHARE, n)
    rate = np.maximum(rng.gamma(RATE_SHAPE, RATE_MEAN / RATE_SHAPE, n), RATE_FLOOR)
    # A new customer buys within days, an old one within weeks: truncated exponentials.
    weeks = np.where(signup < 0, min(60.0, days / 4), 5.0)
    pace = np.where(signup < 0, rate, 0.5)
    wait = -np.log1p(-rng.random(n) * -np.expm1(-pace * weeks)) / pace
    favourite = pick(rng, np.array([share for _, share, _ in SHELVES.values()]), n)
    second = (favourite + 1 + rng.integers(0, len(SHELVES) - 1, n)) % len(SHELVES)
    leave_rate = rng.gamma(LEAVE_SHAPE, LEAVE_MEAN / LEAVE_SHAPE, n) * GROUP_LEAVING[group]
    age = np.clip(rng.normal(np.array([36, 42, 40, 57])[group], 11), 18, 88).astype(np.int64)
    has_email = rng.random(n) > 0.04
    return People(
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
        acquisition=pick_by_row(rng, GROUP_ACQUISITION, group),
        channel=pick(rng, np.array([0.45, 0.33, 0.22]), n),
        reads_chinese=rng.random(n) < ZH_SHARE,
        has_email=has_email,
        email_consent=(rng.random(n) < 0.86) & has_email,
        ads_consent=rng.random(n) < 0.70,
    )


@dataclass(frozen=True)
class Leaving:
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
class Contacts:
    """Who was in which campaign; arrays are (contacts,) and sorted by campaign, then customer."""

    campaign: Ints
    who: Ints
    treated: Bools
    stay_control: Floats
    stay_treatment: Floats


def run_campaigns(rng: np.random.Generator, world: World, people: People) -> tuple[Leaving, Contacts, Floats]:
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
        pace, boost = treatment_of(world, people, action)
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
        fade_at = np.where(treated, slowed(fade_at, start, horizon, pace), fade_at)
        gone_at = np.where(treated, slowed(gone_at, start, horizon, pace), gone_at)
        lift[:, number] += treated * boost
    campaign, who, treated_code = (np.concatenate(column) for column in zip(*parts, strict=True))
    control, treatment = (np.concatenate(column) for column in zip(*stays, strict=True))
    contacts = Contacts(campaign, who, treated_code == 1, control, treatment)
    return Leaving(fade_at, gone_at), contacts, lift


def _affinity(people: People, action: str) -> Floats:
    """How well an action suits each customer, (customers,), 0 to 1; the data show these traits."""
    traits = {
        "recommendation": people.curiosity,
        "offer": people.price_sensitivity,
        "care_call": np.minimum(1.0, people.grumpiness * 2),
        "membership": -np.expm1(-people.rate / RATE_MEAN),
        "social": np.clip((60 - people.age) / 40, 0, 1),
    }
    return np.asarray(traits[action], dtype=np.float64)


def treatment_of(world: World, people: People, action: str) -> tuple[Floats, Floats]:
    """What an action does: the pace of the clock of leaving, and the share it adds to the purchase rate."""
    fit = 0.25 + 1.25 * _affinity(people, action)
    fit *= world.strengths[action]
    return np.exp(-GROUP_EFFECT[people.group] * fit), np.maximum(GROUP_BOOST[people.group] * fit, -0.9)


def takes_offer(people: People, action: str) -> Floats:
    """P(the next order within COUPON_DAYS uses the offer), (customers,)."""
    return np.asarray(0.15 + 0.65 * _affinity(people, action))


def slowed(time: Floats, start: float, horizon: float, pace: Floats) -> Floats:
    """`time`, once the clock of leaving runs `pace` times as fast in [start, start + horizon)."""
    ahead = time - start
    within = start + ahead / pace
    return np.where(ahead <= 0, time, np.where(ahead < horizon * pace, within, time + horizon * (1 - pace)))


def _stay_probability(people: People, who: Ints, fading: Bools, span: Floats) -> Floats:
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
