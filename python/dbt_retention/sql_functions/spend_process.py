"""The gamma-gamma model of spend: what a customer is expected to spend per purchase, from few purchases.

Source: Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value. Spend per purchase is gamma(p, nu),
nu is gamma(q, v) over customers. Only the parameters come from here; the expectation
p * (v + x * m) / (p * x + q - 1), of x purchases with mean m, is plain SQL.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from dbt_retention.arrays import Floats
from dbt_retention.errors import RetentionError


@dataclass(frozen=True)
class SpendParameters:
    """q is above 1, so that the mean spend over all customers, p * v / (q - 1), is finite."""

    p: float
    q: float
    v: float
    log_likelihood: float


def gamma_gamma_log_likelihood(x: Floats, mean: Floats, p: float, q: float, v: float) -> Floats:
    """Log-likelihood of each customer's mean spend `mean` over `x` purchases, both shape (customers,)."""
    px = p * x
    return np.asarray(
        gammaln(px + q)
        - gammaln(px)
        - gammaln(q)
        + q * np.log(v)
        + (px - 1) * np.log(mean)
        + px * np.log(x)
        - (px + q) * np.log(x * mean + v)
    )


def fit_spend(x: Floats, mean: Floats) -> SpendParameters:
    """The parameters of highest likelihood; the same for the same customers in any order.

    x: purchases of each customer, at least 1; mean: their mean spend, above 0. Both shape (customers,).
    Raises RetentionError without a customer.
    """
    if not len(x):
        raise RetentionError("no purchase with an amount to fit spend on")
    order = np.lexsort((mean, x))
    x, mean = x[order], mean[order]
    scale = float(np.average(mean, weights=x))

    def loss(logs: Floats) -> float:
        p, q_above_1, v = np.exp(logs)
        return -float(gamma_gamma_log_likelihood(x, mean / scale, p, 1 + q_above_1, v).mean())

    found = minimize(
        loss, np.log([2.0, 2.0, 1.0]), method="L-BFGS-B", bounds=[(-8, 8)] * 3, options={"ftol": 1e-13}
    )
    p, q_above_1, v = (float(value) for value in np.exp(found.x))
    q, v = 1 + q_above_1, v * scale
    return SpendParameters(
        p=p, q=q, v=v, log_likelihood=float(gamma_gamma_log_likelihood(x, mean, p, q, v).sum())
    )
