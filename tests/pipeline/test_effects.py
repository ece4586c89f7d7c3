"""Effects in SQL equal those of numpy and scipy, on the campaigns of the example shop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import Shop
from scipy import stats

# The look-back's figure per window of 60 days, over the days since the customer was known.
OF_A_WINDOW = "* 60e0 / greatest(least(days_since_first_order, 180), 60)"
OUTCOMES = {
    "retained": ("is_retained", "coalesce(churn_rate_before, 1 / (1 + orders_count_before))"),
    "orders": ("orders_count", f"orders_count_lookback {OF_A_WINDOW}"),
    "spend": ("spend_amount", f"spend_amount_lookback {OF_A_WINDOW}"),
    "profit": ("profit_amount", f"spend_amount_lookback {OF_A_WINDOW}"),
}


def arms(shop: Shop, campaign: str, outcome: str) -> dict[bool, np.ndarray[Any, Any]]:
    """Rows of outcome, covariate and recency, by is_treated."""
    y, u = OUTCOMES[outcome]
    rows = shop.query(
        f"select is_treated, cast({y} as double), coalesce(round({u}, 2), 0), coalesce(recency_weight, 0) "
        f"from int_retention__campaign_weights where campaign_id = '{campaign}'"
    )
    return {arm: np.array([row[1:] for row in rows if row[0] is arm], dtype=float) for arm in (True, False)}


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("campaign", ["K002", "K006"])
def test_effects_and_intervals_equal_numpy_and_scipy(built_shop: Shop, campaign: str, outcome: str) -> None:
    sides = arms(built_shop, campaign, outcome)
    treated, compared = sides[True], sides[False]
    centred = [side - side.mean(axis=0) for side in (treated, compared)]
    # Within-arm sums of squares, each arm weighted by its customers, as cov does.
    within = sum(len(side) * np.cov(side, rowvar=False) for side in (treated, compared))
    slopes = np.linalg.solve(within[1:, 1:], within[1:, 0])
    difference = treated.mean(axis=0) - compared.mean(axis=0)
    effect = difference[0] - difference[1:] @ slopes
    left = [side[:, 0] - side[:, 1:] @ slopes for side in centred]
    variances = [rest.var(ddof=1) / len(rest) for rest in left]
    freedom = sum(map(len, left)) - 2
    error = np.sqrt(sum(variances) * freedom / (freedom - 2))
    plain = np.sqrt(sum(side[:, 0].var(ddof=1) / len(side) for side in centred))
    welch = sum(variances) ** 2 / sum(
        one**2 / (len(rest) - 1) for one, rest in zip(variances, left, strict=True)
    )
    margin = stats.t.ppf(0.975, welch - 2) * error
    [found] = built_shop.query(
        "select difference, effect, standard_error, unadjusted_standard_error, effect_lower, effect_upper "
        f"from int_retention__campaign_estimates where campaign_id = '{campaign}' "
        f"and outcome = '{outcome}' and segment = 'all'"
    )
    expected = [difference[0], effect, error, plain, effect - margin, effect + margin]
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_events_after_an_assignment_change_no_covariate(built_shop: Shop) -> None:
    """Covariates equal a second computation in plain SQL that reads only earlier data."""
    rows = built_shop.query(
        """
        select outcomes.orders_count_before, count(purchases.order_id)
        from int_retention__campaign_outcomes as outcomes
        left join int_retention__purchases as purchases
            on outcomes.customer_id = purchases.customer_id
            and purchases.purchase_date < outcomes.assigned_date
            and purchases.purchase_date >= outcomes.assigned_date - 60
            and purchases.known_from_date <= outcomes.assigned_date
            and coalesce(purchases.undone_from_date > outcomes.assigned_date, true)
        group by outcomes.campaign_id, outcomes.customer_id, outcomes.orders_count_before
        """
    )
    assert len(rows) > 1000
    assert all(ours == plain for ours, plain in rows)


def test_a_causal_campaign_has_a_control_and_no_disqualifying_finding(built_shop: Shop) -> None:
    assert built_shop.query(
        "select count(distinct campaign_id) from mart_campaign_effects where is_causal"
    ) == [(6,)]
    assert built_shop.query("select * from mart_campaign_checks where is_disqualifying") == []
