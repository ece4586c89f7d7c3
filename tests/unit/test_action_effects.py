"""The mixed model of audiences estimates the effects of actions, and stays near the prior with few data."""

from __future__ import annotations

import numpy as np
import pytest
from dbt_retention.errors import RetentionError
from dbt_retention.sql_functions.action_effects import Arms, Floats, fit_factors

ASSUMED = 0.05


def arms_of(
    rng: np.random.Generator, *, factors: list[float], levels: int, error: float, audience_error: float = 0.0
) -> Arms:
    """Treatment and control of one tier per action, in `levels` months with one level each."""
    rows = []
    for level in range(levels):
        common = rng.normal(0, 0.05)
        for action, factor in enumerate(factors):
            own = common + rng.normal(0, audience_error)
            for assumed in (ASSUMED, 0.0):
                seen = own + factor * assumed + rng.normal(0, error)
                rows.append((level, action, 0, assumed, seen, error**2))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Arms(*columns)


def test_many_contacts_estimate_the_factors_whatever_the_prior() -> None:
    arms = arms_of(np.random.default_rng(1), factors=[0.5, 3.0, -1.0], levels=30, error=0.002)
    found = fit_factors(arms, assumed_error=1.0)
    assert found.mean[:, 0] == pytest.approx([0.5, 3.0, -1.0], abs=0.06)


def test_few_contacts_stay_near_the_prior() -> None:
    arms = arms_of(np.random.default_rng(2), factors=[3.0], levels=1, error=5.0)
    found = fit_factors(arms, assumed_error=1.0)
    assert found.mean[0, 0] == pytest.approx(1.0, abs=0.05)
    assert 0.5 < found.standard_error[0, 0] < 2.0


def test_a_well_known_action_determines_the_level_of_the_others() -> None:
    """With too few controls, the treated customers of a well-known action replace them."""
    known = arms_of(np.random.default_rng(3), factors=[1.0], levels=20, error=0.001)
    level = np.full(4, 99)
    both = Arms(
        level=np.append(known.level, level),
        action=np.append(known.action, [0, 0, 1, 1]),
        tier=np.append(known.tier, np.zeros(4, dtype=int)),
        assumed=np.append(known.assumed, [ASSUMED, 0.0, ASSUMED, 0.0]),
        surplus=np.append(known.surplus, [0.07, 0.3, 0.12, -0.4]),
        variance=np.append(known.variance, [1e-6, 1.0, 1e-6, 1.0]),
    )
    found = fit_factors(both, assumed_error=4.0)
    assert found.mean[1, 0] == pytest.approx(2.0, abs=0.2)


def test_own_controls_are_used_where_audiences_differ() -> None:
    """One audience stays more often, treated or not; both actions have the assumed effect."""
    rng = np.random.default_rng(4)
    arms = arms_of(rng, factors=[1.0, 1.0], levels=40, error=0.003, audience_error=0.05)
    found = fit_factors(arms, assumed_error=1.0)
    assert found.mean[:, 0] == pytest.approx([1.0, 1.0], abs=0.1)


def test_intervals_have_the_stated_coverage() -> None:
    rng = np.random.default_rng(5)
    held = []
    for _ in range(300):
        factors = rng.normal(1, 0.5, 4)
        arms = arms_of(rng, factors=list(factors), levels=3, error=0.02, audience_error=0.005)
        found = fit_factors(arms, assumed_error=1.0)
        distance = np.abs(found.mean[:, 0] - factors) / found.standard_error[:, 0]
        held.extend(distance < 1.96)
    assert 0.92 < np.mean(held) < 0.99


def test_the_order_of_arms_does_not_change_the_result() -> None:
    arms = arms_of(np.random.default_rng(6), factors=[0.5, 2.0], levels=4, error=0.02)
    shuffled = np.random.default_rng(7).permutation(len(arms.surplus))
    again = Arms(*(getattr(arms, name)[shuffled] for name in arms.__dataclass_fields__))
    found, found_again = fit_factors(arms, assumed_error=1.0), fit_factors(again, assumed_error=1.0)
    assert np.array_equal(found.mean, found_again.mean)
    assert np.array_equal(found.standard_error, found_again.standard_error)


def direct_factors(arms: Arms, *, assumed_error: float) -> tuple[Floats, Floats]:
    """The same model with one matrix of all arms: generalised least squares, and restricted likelihood."""
    actions, tiers = int(arms.action.max()) + 1, int(arms.tier.max()) + 1
    pair = arms.action * tiers + arms.tier
    levels = (arms.level[:, None] == np.unique(arms.level)).astype(float)
    design = np.zeros((len(pair), actions * tiers))
    design[np.arange(len(pair)), pair] = arms.assumed
    together = (arms.level[:, None] == arms.level) & (pair[:, None] == pair)
    of_action = np.arange(actions * tiers) // tiers
    fits = []
    for audience in (0.0, 0.003, 0.01, 0.03, 0.1):
        for tier in (0.0, 0.25, 0.5, 1.0, 2.0):
            for share in (0.25, 0.5, 1.0):
                prior = (assumed_error * share) ** 2 * (of_action[:, None] == of_action)
                prior = prior + tier**2 * np.eye(len(of_action))
                variance = np.diag(arms.variance) + audience**2 * together + design @ prior @ design.T
                inverse = np.linalg.inv(variance)
                information = levels.T @ inverse @ levels
                projected = inverse - inverse @ levels @ np.linalg.solve(information, levels.T @ inverse)
                beyond = arms.surplus - arms.assumed
                likelihood = -0.5 * (
                    np.linalg.slogdet(variance)[1]
                    + np.linalg.slogdet(information)[1]
                    + beyond @ projected @ beyond
                )
                shift = prior @ design.T @ projected
                fits.append((likelihood, 1 + shift @ beyond, np.diag(prior - shift @ design @ prior)))
    weight = np.exp(np.array([fit[0] for fit in fits]) - max(fit[0] for fit in fits))
    weight /= weight.sum()
    mean = weight @ np.array([fit[1] for fit in fits])
    spread = sum(one * (fit[2] + (fit[1] - mean) ** 2) for one, fit in zip(weight, fits, strict=True))
    return mean.reshape(actions, tiers), np.sqrt(spread).reshape(actions, tiers)


def test_factors_equal_those_of_one_model_of_all_arms() -> None:
    """Three actions in two tiers over two months, with arms of different sizes."""
    rng = np.random.default_rng(8)
    rows = [
        (2 * month + tier, action, tier, assumed, rng.normal(0.03, 0.05), 0.02**2 * (1 + action + month))
        for month in range(2)
        for tier in range(2)
        for action in range(3)
        for assumed in (ASSUMED * (1 + tier), 0.0)
    ]
    arms = Arms(*(np.array(column) for column in zip(*rows, strict=True)))
    found = fit_factors(arms, assumed_error=0.8)
    mean, error = direct_factors(arms, assumed_error=0.8)
    assert found.mean == pytest.approx(mean, rel=1e-8)
    assert found.standard_error == pytest.approx(error, rel=1e-8)


def test_a_missing_arm_raises_a_clear_error() -> None:
    with pytest.raises(RetentionError, match="no arm of an audience"):
        fit_factors(Arms(*(np.array([]) for _ in range(6))), assumed_error=1.0)
