"""Fits and expectations reproduce published figures, and probabilities in SQL equal the formula."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import Shop
from dbt_retention.duckdb_plugin import register
from dbt_retention.errors import RetentionError
from dbt_retention.sql_functions.purchase_process import (
    PROCESSES,
    Floats,
    Parameters,
    Statistics,
    expected_purchases,
    fit,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import hyp2f1
from scipy.stats import beta

AS_PUBLISHED = Parameters(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=-9582.4)


def cdnow_sample() -> Statistics:
    """The 1/10 sample of CDNOW, 39 weeks, as published; times in weeks."""
    spec = find_spec("lifetimes")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    file = Path(spec.submodule_search_locations[0]) / "datasets" / "cdnow_customers_summary.csv"
    rows = duckdb.sql(f"select frequency, recency, T from read_csv('{file}')").fetchall()
    repeats, last, observed = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return Statistics(repeats, last, observed, np.ones(len(rows)))


def test_bg_nbd_on_cdnow_gives_the_published_parameters() -> None:
    """Fader, Hardie & Lee (2005), table 2."""
    found = fit("bg_nbd", cdnow_sample())
    for value, published in ((found.r, 0.243), (found.alpha, 4.414), (found.a, 0.793), (found.b, 2.426)):
        assert value == pytest.approx(published, rel=0.01)
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.1)


@pytest.mark.parametrize("process", PROCESSES)
def test_order_and_grouping_of_histories_do_not_change_the_fit(process: str) -> None:
    rng = np.random.default_rng(0)
    repeats = rng.poisson(2, 300).astype(float)
    observed = rng.integers(10, 40, 300).astype(float)
    last = np.where(repeats > 0, np.floor(observed * rng.random(300)), 0)
    plain = Statistics(repeats, last, observed, np.ones(300))
    order = rng.permutation(300)
    shuffled = Statistics(repeats[order], last[order], observed[order], np.ones(300))
    assert fit(process, plain) == fit(process, shuffled)
    alike, counts = np.unique(np.column_stack([repeats, last, observed]), axis=0, return_counts=True)
    counted = fit(process, Statistics(*alike.T, counts.astype(float)))
    assert counted.log_likelihood == pytest.approx(fit(process, plain).log_likelihood, abs=1e-3)


def equation_10(parameters: Parameters, x: Floats, last: Floats, observed: Floats, ahead: Floats) -> Floats:
    """Fader, Hardie & Lee (2005), equation 10, as in the paper."""
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    whole = alpha + observed + ahead
    curve = hyp2f1(r + x, b + x, a + b + x - 1, ahead / whole) * ((alpha + observed) / whole) ** (r + x)
    gone = np.where(x > 0, a / (b + x - 1) * ((alpha + observed) / (alpha + last)) ** (r + x), 0)
    return np.asarray((a + b + x - 1) / (a - 1) * (1 - curve) / (1 + gone))


def test_bg_nbd_gives_the_published_expectation_of_customer_1516() -> None:
    """Fader, Hardie & Lee (2005): x = 2, t_x = 30.43, T = 38.86, 39 weeks ahead."""
    one = [np.array([value]) for value in (2.0, 30.43, 38.86, 39.0)]
    assert expected_purchases("bg_nbd", AS_PUBLISHED, *one) == pytest.approx(1.226, abs=5e-4)


def test_bg_nbd_expectations_equal_equation_10_on_the_cdnow_sample() -> None:
    sample = cdnow_sample()
    history = (sample.repeats, sample.last, sample.observed, np.full(len(sample.repeats), 39.0))
    expected = expected_purchases("bg_nbd", AS_PUBLISHED, *history)
    np.testing.assert_allclose(expected, equation_10(AS_PUBLISHED, *history), rtol=1e-9)
    rate_of_who_stays = (AS_PUBLISHED.r + sample.repeats) / (AS_PUBLISHED.alpha + sample.observed) * 39
    assert (expected < rate_of_who_stays).all()


@st.composite
def histories(draw: st.DrawFn) -> tuple[Parameters, float, float, float]:
    """Any parameters of a fit, and a customer's x, t_x, T."""
    r, alpha, a, b = (float(np.exp(draw(st.floats(-8, 8)))) for _ in range(4))
    x = float(draw(st.integers(0, 1000)))
    observed = draw(st.floats(0, 1000))
    last = observed * draw(st.floats(0, 1)) if x else 0.0
    return Parameters(r, alpha, a, b, float("nan")), x, last, observed


@given(process=st.sampled_from(sorted(PROCESSES)), history=histories())
@settings(max_examples=200, deadline=None)
def test_expected_purchases_are_finite_increasing_and_below_the_rate(
    process: str, history: tuple[Parameters, float, float, float]
) -> None:
    """From an hour to a thousand years. A customer with hundreds of purchases once gave NaN after two."""
    parameters, x, last, observed = history
    weeks = np.concatenate([[0.0], np.geomspace(1 / 168, 52_000, 60)])
    one = np.ones(len(weeks))
    expected = expected_purchases(process, parameters, x * one, last * one, observed * one, weeks)
    assert np.isfinite(expected).all()
    assert expected[0] == 0
    assert (np.diff(expected) >= -1e-9 * (1 + expected[1:])).all()
    assert (expected <= (parameters.r + x) * weeks / (parameters.alpha + observed) * (1 + 1e-12)).all()


@given(
    process=st.sampled_from(sorted(PROCESSES)),
    logs=st.tuples(*[st.floats(-1.5, 2.5)] * 4),
    a_is_one=st.booleans(),
    x=st.integers(0, 400),
    observed=st.floats(0.1, 150),
    weeks=st.floats(0.1, 600),
)
@settings(max_examples=100, deadline=None)
def test_expected_purchases_equal_the_integral_over_the_dropout_probability(
    process: str, logs: tuple[float, ...], a_is_one: bool, x: int, observed: float, weeks: float
) -> None:
    """A customer leaves with probability p after each purchase, p drawn from beta(a, b + x)."""
    r, alpha, a, b = np.exp(logs)
    a = 1.0 if a_is_one else a
    stayed, rate, time = b + x + (process == "mbg_nbd"), r + x, weeks / (alpha + observed)
    drawn = beta(a, stayed)
    edges = [0, *drawn.ppf([1e-9, 1e-4, 0.05, 0.5, 0.95]), 1]

    def bought(p: float) -> float:
        """Purchases of a customer who leaves with probability p after each of them."""
        return float(-np.expm1(-rate * np.log1p(p * time)) / p if p > 1e-290 else rate * time)

    total = sum(
        quad(lambda u: bought(drawn.ppf(u)), low, high, limit=200)[0]
        for low, high in zip(drawn.cdf(edges)[:-1], drawn.cdf(edges)[1:], strict=True)
    )
    history = [np.array([value]) for value in (float(x), observed, observed, weeks)]
    fitted = Parameters(r, alpha, a, b, float("nan"))
    gone = a / (stayed - 1) if x or process == "mbg_nbd" else 0  # t_x = T
    assert expected_purchases(process, fitted, *history) == pytest.approx(total / (1 + gone), rel=1e-5)


def test_expected_purchases_in_sql_are_finite_over_any_horizon(tmp_path: Path) -> None:
    """400 repeat purchases in ten weeks, up to 3,650 days ahead: no NaN, which SQL would read as null."""
    with duckdb.connect() as connection:
        register(connection, models_path=tmp_path)
        rows = connection.sql(
            """
            select days, expected_purchases('mbg_nbd', 0.5, 6, 0.9, 1.6, 400, 10, 10, days / 7)
            from unnest([0, 1, 709, 710, 1000, 3650]) as horizons (days)
            order by days
            """
        ).fetchall()
        [(unknown,)] = connection.sql(
            "select expected_purchases('bg_nbd', 0.5, 6, 0.9, 1.6, null, 10, 10, 4)"
        ).fetchall()
    expected = [value for _, value in rows]
    assert None not in expected
    assert expected[0] == 0
    assert expected == sorted(expected)
    assert expected[-1] < 400.5 / 16 * 3650 / 7
    assert unknown is None


@given(
    repeats=st.lists(st.integers(0, 40), min_size=1, max_size=30),
    weeks=st.integers(1, 150),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("process", PROCESSES)
def test_fits_are_finite_and_positive(process: str, repeats: list[int], weeks: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.array(repeats, dtype=float)
    observed = rng.integers(0, 7 * weeks, len(x)) / 7
    found = fit(
        process, Statistics(x, np.where(x > 0, observed * rng.random(len(x)), 0), observed, np.ones(len(x)))
    )
    assert np.isfinite([found.r, found.alpha, found.a, found.b, found.log_likelihood]).all()
    assert min(found.r, found.alpha, found.a, found.b) > 0


def test_probabilities_in_sql_equal_the_formula(built_shop: Shop) -> None:
    rows = built_shop.query(
        """
        select
            count(distinct days_ago) - 1, (max(days_ago) - min(days_ago)) / 7, (max(days_ago) - 1) / 7,
            any_value(bg_nbd_r), any_value(bg_nbd_alpha), any_value(bg_nbd_a), any_value(bg_nbd_b),
            any_value(no_purchase_probability_bg_nbd_horizon), any_value(purchases_expected_bg_nbd_horizon)
        from int_retention__order_history
        inner join int_retention__purchase_process using (as_of_date)
        inner join feat_buy_till_you_die using (customer_id, as_of_date)
        group by customer_id, as_of_date
        """
    )
    x, last, observed, r, alpha, a, b, found, purchases = np.array(rows, dtype=float).T
    odds_gone = a / (b + x - 1) * ((alpha + observed) / (alpha + last)) ** (r + x)
    alive = np.where(x > 0, 1 / (1 + odds_gone), 1)
    expected = 1 - alive * (1 - ((alpha + observed) / (alpha + observed + 60 / 7)) ** (r + x))
    assert len(rows) > 1000
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert (np.abs(a - 1) > 1e-3).all()
    whole = equation_10(Parameters(r, alpha, a, b, 0), x, last, observed, np.full(len(x), 60 / 7))
    np.testing.assert_allclose(purchases, whole, rtol=1e-7)


def test_wrong_calls_raise_a_clear_error() -> None:
    with pytest.raises(RetentionError, match="purchase process 'pareto'; allowed are bg_nbd, mbg_nbd"):
        fit("pareto", cdnow_sample())
    with pytest.raises(RetentionError, match="purchase process 'pareto'; allowed are bg_nbd, mbg_nbd"):
        expected_purchases("pareto", AS_PUBLISHED, *[np.ones(1)] * 4)
    nothing = np.array([])
    with pytest.raises(RetentionError, match="no purchase history"):
        fit("bg_nbd", Statistics(nothing, nothing, nothing, nothing))
