"""What model cards show to people: names of features, and plots with intervals."""

from __future__ import annotations

import numpy as np
import pytest
from dbt_retention.registry.feature_label import feature_label
from dbt_retention.training import plots
from matplotlib.figure import Figure
from scipy.stats import binomtest


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("orders_count_28d", "number of orders, last 28 days"),
        ("orders_count_29d_to_56d", "number of orders, 29 to 56 days ago"),
        ("orders_count_28d_year_before", "number of orders, last 28 days, a year before"),
        ("orders_decayed_28d", "orders, weight halved every 28 days"),
        ("orders_share_evening_364d", "share of orders (evening), last 364 days"),
        ("spend_ratio_28d_to_previous", "spend, last 28 days compared with the 28 days before"),
        ("spend_share_28d_of_84d", "spend, share of the last 28 days in the last 84"),
        ("gap_days_last_to_mean", "last of gap days compared with the mean"),
        ("alive_probability_mbg_nbd", "alive probability (MBG/NBD)"),
        ("days_since_last_order", "days since last order"),
        ("weekend_orders_count_84d", "number of weekend orders, last 84 days"),
    ],
)
def test_a_feature_has_a_name_that_people_read(name: str, words: str) -> None:
    assert feature_label(name) == words


def test_the_interval_of_a_share_is_that_of_scipy() -> None:
    lower, upper = plots._wilson(np.array([0.0, 0.3, 1.0]), np.array([5, 40, 12]))
    for at, (churned, count) in enumerate([(0, 5), (12, 40), (12, 12)]):
        expected = binomtest(churned, count).proportion_ci(0.95, method="wilson")
        assert (lower[at], upper[at]) == pytest.approx((expected.low, expected.high), abs=1e-4)


@pytest.mark.parametrize("draw", [plots._lift, plots._precision_recall])
def test_lift_and_precision_have_bands_that_contain_the_curve(draw: plots.Draw) -> None:
    random = np.random.default_rng(7)
    scores = random.uniform(size=400)
    labels = (random.uniform(size=400) < scores).astype(float)
    axes = Figure().add_subplot()
    draw(axes, labels, scores)
    [band] = axes.collections
    [curve] = [line for line in axes.lines if len(line.get_xdata()) > 2]
    outline = band.get_paths()[0].vertices
    for x, y in list(zip(curve.get_xdata(), curve.get_ydata(), strict=True))[::25]:
        at = outline[np.isclose(outline[:, 0], x), 1]
        assert at.min() - 1e-9 <= y <= at.max() + 1e-9
        assert at.max() > at.min()
