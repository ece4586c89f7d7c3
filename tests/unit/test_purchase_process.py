"""The fits reproduce published parameters, and SQL's probabilities are those of the formula."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import duckdb
import numpy as np
import pytest
from conftest import Shop
from dbt_retention.errors import RetentionError
from dbt_retention.purchase_process import PROCESSES, Statistics, fit


def cdnow_sample() -> Statistics:
    """The 1/10 sample of CDNOW, 39 weeks, as published; times in weeks."""
    spec = find_spec("lifetimes")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    file = Path(spec.submodule_search_locations[0]) / "datasets" / "cdnow_customers_summary.csv"
    rows = duckdb.sql(f"select frequency, recency, T from read_csv('{file}')").fetchall()
    repeats, last, observed = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return Statistics(repeats, last, observed, np.ones(len(rows)))


def test_bg_nbd_on_cdnow_is_as_published() -> None:
    """Fader, Hardie & Lee (2005), table 2."""
    found = fit("bg_nbd", cdnow_sample())
    for value, published in ((found.r, 0.243), (found.alpha, 4.414), (found.a, 0.793), (found.b, 2.426)):
        assert value == pytest.approx(published, rel=0.01)
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.1)


@pytest.mark.parametrize("process", PROCESSES)
def test_the_order_of_histories_and_counting_alike_ones_change_nothing(process: str) -> None:
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


def test_probabilities_in_sql_are_those_of_the_formula(built_shop: Shop) -> None:
    rows = built_shop.query(
        """
        select
            count(distinct days_ago) - 1, (max(days_ago) - min(days_ago)) / 7, max(days_ago) / 7,
            any_value(bg_nbd_r), any_value(bg_nbd_alpha), any_value(bg_nbd_a), any_value(bg_nbd_b),
            any_value(no_purchase_probability_bg_nbd_horizon)
        from int_retention__order_history
        inner join int_retention__purchase_process using (as_of_date)
        inner join feat_buy_till_you_die using (customer_id, as_of_date)
        group by customer_id, as_of_date
        """
    )
    x, last, observed, r, alpha, a, b, found = np.array(rows, dtype=float).T
    odds_gone = a / (b + x - 1) * ((alpha + observed) / (alpha + last)) ** (r + x)
    alive = np.where(x > 0, 1 / (1 + odds_gone), 1)
    expected = 1 - alive * (1 - ((alpha + observed) / (alpha + observed + 60 / 7)) ** (r + x))
    assert len(rows) > 1000
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_wrong_calls_get_words() -> None:
    with pytest.raises(RetentionError, match="purchase process 'pareto'; allowed are bg_nbd, mbg_nbd"):
        fit("pareto", cdnow_sample())
    nothing = np.array([])
    with pytest.raises(RetentionError, match="no purchase history"):
        fit("bg_nbd", Statistics(nothing, nothing, nothing, nothing))
