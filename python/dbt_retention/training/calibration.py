"""Calibration: from out-of-fold log-odds to probabilities that match the observed churn rate."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_expit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from dbt_retention.arrays import Floats
from dbt_retention.registry.card import Calibration

LOWEST = 1e-12  # of the probability of a purchase, so that its log is finite


def sigmoid_calibration(log_odds: Floats, labels: Floats, *, ratios: Floats | None = None) -> Calibration:
    """Platt's sigmoid on out-of-fold log-odds. log_odds, labels, ratios: shape (rows,).

    ratios: the purchase rate of the row's date relative to the training dates, see `Season.ratios`. The
    sigmoid p is then the one whose p ** ratio fits the labels best. None = 1 in every row.
    Source: Platt (1999), Probabilistic Outputs for Support Vector Machines.
    """
    fitted = LogisticRegression(C=1e6, max_iter=1000).fit(log_odds.reshape(-1, 1), labels)
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    if ratios is not None and not (ratios == 1).all():

        def loss(line: Floats) -> float:
            log_churned = ratios * log_expit(line[0] * log_odds + line[1])
            log_stayed = np.log(np.maximum(-np.expm1(log_churned), LOWEST))
            return -float(np.mean(np.where(labels == 1, log_churned, log_stayed)))

        slope, intercept = (float(one) for one in minimize(loss, [slope, intercept], method="Nelder-Mead").x)
    return Calibration(slope=slope, intercept=intercept, rows=len(labels))


def isotonic_calibration(sigmoid: Calibration, log_odds: Floats, labels: Floats) -> Calibration:
    """Isotonic regression on out-of-fold log-odds, as knots in float32; slope and intercept of `sigmoid`.

    log_odds, labels: shape (rows,). A knot is the mean log-odds of the rows with one level. Lines between
    these means are less steep than steps, whose slope float32 could not represent. Levels stay half a row
    away from 0 and 1.
    Source: Oron & Flournoy (2017), Centered Isotonic Regression.
    """
    least = 0.5 / len(labels)
    shares = IsotonicRegression(y_min=least, y_max=1 - least).fit_transform(log_odds, labels)
    levels, run = np.unique(shares, return_inverse=True)
    middles = (np.bincount(run, log_odds) / np.bincount(run)).astype(np.float32)
    is_first = np.append(True, np.diff(middles) > 0)
    knots = list(zip(middles[is_first].tolist(), levels[is_first].tolist(), strict=True))
    return sigmoid.model_copy(update={"knots": knots if len(knots) > 1 else []})
