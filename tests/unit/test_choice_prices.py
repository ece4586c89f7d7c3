"""Prices of budget and places: demand at these prices fits the limits, and degenerate cases have a price."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from dbt_retention.sql_functions.catalog import sql_functions
from dbt_retention.sql_functions.choice_prices import Candidates, Floats, Prices, fit_prices, rounded
from hypothesis import given, settings
from hypothesis import strategies as st

UNLIMITED = np.inf


@st.composite
def shops(draw: st.DrawFn) -> tuple[Candidates, Floats, float | None]:
    """Candidates of up to 400 customers and 4 actions, places and a budget. Rounded profits make ties."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.integers(1, 400)), draw(st.integers(1, 4))
    profit = rng.lognormal(1, 1, shape).round(draw(st.sampled_from([0, 2, 6]))) + 0.01
    cost = rng.lognormal(0, 1, shape).round(draw(st.sampled_from([0, 2, 6])))
    profit[rng.random(shape) < draw(st.sampled_from([0, 0.3]))] = np.nan
    profit[np.isnan(profit).all(axis=1), 0] = 1
    places = draw(st.lists(st.sampled_from([0, 1, 10, 100, UNLIMITED]), min_size=shape[1], max_size=shape[1]))
    budget = draw(st.sampled_from([None, 0, 1, 30, 1e9]))
    return Candidates(profit, np.where(np.isnan(profit), np.nan, cost)), np.array(places, dtype=float), budget


def surplus_at(prices: Prices, candidates: Candidates) -> Floats:
    return candidates.profit - prices.budget_price * candidates.cost - prices.place_prices


def pairs_of(candidates: Candidates) -> list[tuple[str, str, float, float]]:
    return [
        (
            f"C{row:04}",
            f"a{column}",
            float(candidates.profit[row, column]),
            float(candidates.cost[row, column]),
        )
        for row, column in zip(*np.nonzero(~np.isnan(candidates.profit)), strict=True)
    ]


@settings(max_examples=80, deadline=None)
@given(shops())
def test_prices_are_finite_and_never_negative(shop: tuple[Candidates, Floats, float | None]) -> None:
    candidates, places, budget = shop
    prices = fit_prices(candidates, places=places, budget=budget)
    found = np.append(prices.place_prices, prices.budget_price)
    assert np.isfinite(found).all()
    assert (found >= 0).all()


@settings(max_examples=80, deadline=None)
@given(shops())
def test_a_limit_that_cannot_be_reached_has_no_price(shop: tuple[Candidates, Floats, float | None]) -> None:
    """Complementary slackness: places for every candidate, and a budget for every cost."""
    candidates, places, budget = shop
    prices = fit_prices(candidates, places=places, budget=budget)
    has_room = places >= (~np.isnan(candidates.profit)).sum(axis=0)
    assert (prices.place_prices[has_room] == 0).all()
    if budget is None or budget >= np.nansum(candidates.cost):
        assert prices.budget_price == 0


@settings(max_examples=80, deadline=None)
@given(shops())
def test_the_dual_bound_is_no_less_than_a_feasible_choice(
    shop: tuple[Candidates, Floats, float | None],
) -> None:
    """Weak duality, with all customers granted in the order of their profit until a limit is reached."""
    candidates, places, budget = shop
    prices = fit_prices(candidates, places=places, budget=budget)
    surplus = np.nanmax(surplus_at(prices, candidates), axis=1)
    used = prices.place_prices > 0
    bound = np.maximum(surplus, 0).sum() + (prices.place_prices[used] * places[used]).sum()
    bound += prices.budget_price * (budget or 0)
    left, money, earned, served = places.copy(), np.inf if budget is None else budget, 0.0, set()
    for at in np.argsort(np.where(np.isnan(candidates.profit), np.inf, -candidates.profit), axis=None):
        row, column = np.unravel_index(at, candidates.profit.shape)
        profit, cost = candidates.profit[row, column], candidates.cost[row, column]
        if np.isnan(profit) or row in served or left[column] < 1 or cost > money:
            continue
        served.add(row)
        left[column] -= 1
        money -= cost
        earned += profit
    assert earned <= bound + 1e-6


@settings(max_examples=40, deadline=None)
@given(shops(), st.integers(0, 2**32 - 1))
def test_prices_are_the_same_for_rows_in_any_order(
    shop: tuple[Candidates, Floats, float | None], seed: int
) -> None:
    candidates, places, budget = shop
    names = [f"a{number}" for number in range(len(places))]
    pairs = pairs_of(candidates)
    shuffled = [pairs[at] for at in np.random.default_rng(seed).permutation(len(pairs))]
    first, second = (
        fit_prices(Candidates.of_pairs(*zip(*rows, strict=True), names=names), places=places, budget=budget)
        for rows in (pairs, shuffled)
    )
    assert (first.place_prices == second.place_prices).all()
    assert first.budget_price == second.budget_price


def many(customers: int = 20_000) -> Candidates:
    """A cheap and a dear action without ties; the dear one earns more."""
    rng = np.random.default_rng(1)
    profit = rng.lognormal(1, 1, (customers, 2)) * [1, 3]
    return Candidates(profit, rng.uniform(0.5, 1.5, (customers, 2)) * [1, 4])


def test_demand_at_these_prices_meets_budget_and_places() -> None:
    candidates, places, budget = many(), np.array([UNLIMITED, 1500]), 12_000.0
    prices = fit_prices(candidates, places=places, budget=budget)
    surplus = surplus_at(prices, candidates)
    chosen = (surplus == surplus.max(axis=1, keepdims=True)) & (surplus > 0)
    assert prices.place_prices[0] == 0
    assert prices.place_prices[1] > 0
    assert chosen[:, 1].sum() == pytest.approx(1500, rel=0.01)
    assert candidates.cost[chosen].sum() == pytest.approx(budget, rel=0.01)


def test_a_single_limit_has_the_price_of_the_first_customer_without() -> None:
    one_action = Candidates(np.array([[9.0], [7], [4], [2]]), np.ones((4, 1)))
    by_places = fit_prices(one_action, places=np.array([2.0]), budget=None)
    assert by_places.place_prices == pytest.approx([4], abs=1e-3)
    by_budget = fit_prices(one_action, places=np.array([UNLIMITED]), budget=2)
    assert 2 < by_budget.budget_price <= 7


def test_the_next_best_action_lowers_what_a_place_is_worth() -> None:
    """The second customer gains only 1 by a place, for the other action earns 6 already."""
    candidates = Candidates(np.array([[9.0, 1], [7, 6]]), np.ones((2, 2)))
    prices = fit_prices(candidates, places=np.array([1.0, UNLIMITED]), budget=None)
    assert prices.place_prices == pytest.approx([1, 0], abs=1e-3)


def half_up(value: float) -> float:
    """Rounded to 9 decimals, halves away from 0."""
    return float(Decimal(repr(value)).quantize(Decimal("1e-9"), rounding=ROUND_HALF_UP))


def prices_one_customer_at_a_time(
    profit: list[list[float]], cost: list[list[float]], places: list[float], budget: float
) -> tuple[list[float], float]:
    """The sixteen rounds of the page's description, in loops. No value is missing."""
    rows, actions = range(len(profit)), range(len(places))
    place_prices, budget_price = [0.0] * len(places), 0.0
    for turn in range(16):
        surplus = [
            [profit[row][at] - budget_price * cost[row][at] - place_prices[at] for at in actions]
            for row in rows
        ]
        best = [max(actions, key=lambda at, row=row: (half_up(surplus[row][at]), -at)) for row in rows]
        others = [
            [max((surplus[row][other] for other in actions if other != at), default=0.0) for at in actions]
            for row in rows
        ]
        gain = [
            [surplus[row][at] + place_prices[at] - max(others[row][at], 0) for at in actions] for row in rows
        ]
        value, without = [0.0] * len(places), set()
        for at in actions:
            queue = sorted(rows, key=lambda row, at=at: -half_up(gain[row][at]))
            beyond = queue[int(places[at]) :] if places[at] < len(queue) else []
            without |= {(row, at) for row in beyond}
            value[at] = max(gain[beyond[0]][at], 0) if beyond else 0.0
        if turn == 0:
            spent = 0.0
            ratios = [
                (half_up(profit[row][best[row]] / cost[row][best[row]]), cost[row][best[row]]) for row in rows
            ]
            for ratio, price in sorted(ratios, key=lambda pair: -pair[0]):
                spent += price
                if spent > budget:
                    budget_price = ratio
                    break
        else:
            demanded = sum(
                cost[row][best[row]]
                for row in rows
                if surplus[row][best[row]] > 0 and (row, best[row]) not in without
            )
            budget_price = half_up(budget_price * (demanded / budget) ** 0.7)
        place_prices = [half_up((place_prices[at] + value[at]) / 2) for at in actions]
    return place_prices, budget_price


@pytest.mark.parametrize("seed", range(6))
def test_prices_equal_those_of_one_customer_at_a_time(seed: int) -> None:
    rng = np.random.default_rng(seed)
    profit, cost = rng.uniform(1, 9, (30, 3)).round(3), rng.uniform(0.5, 2, (30, 3)).round(3)
    places, budget = [4.0, UNLIMITED, 11.0], [12.0, 25.0, 60.0][seed % 3]
    expected = prices_one_customer_at_a_time(profit.tolist(), cost.tolist(), places, budget)
    found = fit_prices(Candidates(profit, cost), places=np.array(places), budget=budget)
    assert found.place_prices == pytest.approx(expected[0], abs=1e-6)
    assert found.budget_price == pytest.approx(expected[1], abs=1e-6)


@pytest.mark.parametrize("budget", [None, 0, 5])
def test_without_customers_nothing_has_a_price(budget: float | None) -> None:
    empty = Candidates.of_pairs([], [], [], [], names=["call", "mail"])
    prices = fit_prices(empty, places=np.array([0.0, UNLIMITED]), budget=budget)
    assert prices.place_prices.tolist() == [0, 0]
    assert prices.budget_price == 0


def test_a_budget_of_nothing_has_no_price() -> None:
    assert fit_prices(many(100), places=np.array([UNLIMITED] * 2), budget=0).budget_price == 0


def test_what_costs_nothing_needs_no_budget() -> None:
    free = Candidates(np.array([[3.0], [5]]), np.zeros((2, 1)))
    assert fit_prices(free, places=np.array([UNLIMITED]), budget=1).budget_price == 0


def test_halves_are_rounded_away_from_zero() -> None:
    values = np.array([0.5, -0.5, 1.4999, 2.5]) / 1e9
    assert (rounded(values) * 1e9).tolist() == pytest.approx([1, -1, 1, 3])


def test_sql_gets_the_prices_of_the_action_in_each_row(tmp_path: Any) -> None:
    [function] = [one for one in sql_functions(tmp_path) if one.name == "fit_choice_prices"]
    shared = [["mail", "call"], [UNLIMITED, 1.0], ["B", "A"], ["call", "call"], [4.0, 9.0], [1.0, 1.0]]
    columns = [
        pa.array(["call", "mail"]),
        pa.nulls(2, pa.float64()),
        *(pa.array([one, one]) for one in shared),
    ]
    call, mail = function.call(*columns).to_pylist()
    assert call == {"place_price": pytest.approx(4, abs=1e-3), "budget_price": 0}
    assert mail == {"place_price": 0, "budget_price": 0}


def test_sql_gets_prices_of_zero_where_there_is_no_candidate(tmp_path: Any) -> None:
    [function] = [one for one in sql_functions(tmp_path) if one.name == "fit_choice_prices"]
    nothing = [pa.nulls(1, pa.list_(kind)) for kind in (pa.string(), pa.string(), pa.float64(), pa.float64())]
    row = function.call(
        pa.array(["call"]), pa.array([5.0]), pa.array([["call"]]), pa.array([[1.0]]), *nothing
    )
    assert row.to_pylist() == [{"place_price": 0, "budget_price": 0}]
