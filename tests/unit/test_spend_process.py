"""Gamma-gamma recovers the true parameters of spend; MBG/NBD expects the simulated purchases."""

from __future__ import annotations

import numpy as np
import pytest
from dbt_retention.errors import RetentionError
from dbt_retention.sql_functions.purchase_process import Parameters, expected_purchases
from dbt_retention.sql_functions.spend_process import fit_spend
from hypothesis import given, settings
from hypothesis import strategies as st

NAN = float("nan")


def test_the_fit_recovers_the_true_parameters() -> None:
    random = np.random.default_rng(7)
    p, q, v = 6.0, 4.0, 15.0
    x = random.integers(1, 12, 20_000).astype(float)
    mean = random.gamma(p * x, 1 / random.gamma(q, 1 / v, x.size)) / x
    found = fit_spend(x, mean)
    assert found.p * found.v / (found.q - 1) == pytest.approx(p * v / (q - 1), rel=0.02)
    assert (found.p, found.q, found.v) == pytest.approx((p, q, v), rel=0.06)


def test_the_fit_does_not_depend_on_the_order_or_the_currency() -> None:
    random = np.random.default_rng(7)
    x, mean = random.integers(1, 5, 500).astype(float), random.gamma(5, 4, 500)
    found = fit_spend(x, mean)
    assert fit_spend(x[::-1], mean[::-1]) == found
    in_cents = fit_spend(x, mean * 100)
    assert (in_cents.p, in_cents.q, in_cents.v / 100) == pytest.approx((found.p, found.q, found.v), rel=1e-3)


def test_a_fit_without_customers_is_refused() -> None:
    with pytest.raises(RetentionError, match="no purchase with an amount"):
        fit_spend(np.array([]), np.array([]))


@pytest.mark.parametrize(("a", "b"), [(0.8, 2.5), (1.0, 2.0), (3.0, 6.0)])
def test_expected_purchases_equal_simulated_purchases(a: float, b: float) -> None:
    """Of 400,000 simulated customers, those with the same history buy as often on average."""
    random = np.random.default_rng(11)
    r, alpha, observed, ahead = 1.5, 6.0, 20.0, 30.0
    customers = 400_000
    rate, leaves = random.gamma(r, 1 / alpha, customers), random.beta(a, b, customers)
    now, left = np.zeros(customers), random.random(customers) < leaves
    repeats, last, later = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    while (~left).any():
        now = now + random.exponential(1 / rate)
        left |= now > observed + ahead
        seen = ~left & (now <= observed)
        repeats, last = repeats + seen, np.where(seen, now, last)
        later += ~left & (now > observed)
        left |= random.random(customers) < leaves
    expected = expected_purchases(
        "mbg_nbd",
        Parameters(r, alpha, a, b, NAN),
        repeats,
        last,
        np.full(customers, observed),
        np.full(customers, ahead),
    )
    assert expected.mean() == pytest.approx(later.mean(), rel=0.02)
    for few, many in ((0, 0), (1, 2), (3, 20)):
        alike = (repeats >= few) & (repeats <= many)
        assert expected[alike].mean() == pytest.approx(later[alike].mean(), rel=0.04)


@given(
    purchases=st.lists(st.tuples(st.integers(1, 500), st.floats(0.01, 1e6)), min_size=1, max_size=40),
    own=st.tuples(st.integers(1, 500), st.floats(0.01, 1e6)),
)
@settings(max_examples=60, deadline=None)
def test_expected_spend_is_between_the_shop_s_and_the_customer_s_mean(
    purchases: list[tuple[int, float]], own: tuple[int, float]
) -> None:
    x, mean = (np.array(column, dtype=float) for column in zip(*purchases, strict=True))
    found = fit_spend(x, mean)
    assert np.isfinite([found.p, found.q, found.v, found.log_likelihood]).all()
    assert found.q > 1
    count, amount = own
    shop = found.p * found.v / (found.q - 1)
    expected = found.p * (found.v + count * amount) / (found.p * count + found.q - 1)
    assert min(shop, amount) * (1 - 1e-9) <= expected <= max(shop, amount) * (1 + 1e-9)
