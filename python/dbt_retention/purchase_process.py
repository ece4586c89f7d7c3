"""Maximum likelihood for buy-till-you-die processes, on statistics that SQL has counted.

The four parameters come from here, and the one expectation that needs a hypergeometric function; every
probability that follows from them is plain SQL.
Sources: Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way (BG/NBD, eq. 6);
Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for customer
base analysis (MBG/NBD: a customer may leave before the first repeat purchase).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import gammaln, hyp2f1

from dbt_retention.errors import RetentionError

Floats = npt.NDArray[np.float64]
A_IS_ONE = 1e-4


@dataclass(frozen=True)
class Statistics:
    """Sufficient statistics, one entry per distinct customer history; all shape (histories,).

    repeats: repeat purchases x; last: time of the last one t_x, from the first purchase; observed:
    time observed T, from the first purchase; customers: how many customers have this history.
    last and observed are in one unit, here weeks.
    """

    repeats: Floats
    last: Floats
    observed: Floats
    customers: Floats

    def sorted(self) -> Statistics:
        """The same histories in one fixed order, so that sums come out the same to the last bit."""
        order = np.lexsort((self.customers, self.observed, self.last, self.repeats))
        return Statistics(self.repeats[order], self.last[order], self.observed[order], self.customers[order])


@dataclass(frozen=True)
class Parameters:
    """Purchase rates are gamma(r, alpha), dropout probabilities beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float


def bg_nbd_log_likelihood(statistics: Statistics, r: float, alpha: float, a: float, b: float) -> Floats:
    """Log-likelihood of each history under BG/NBD, shape (histories,)."""
    x, last, observed = statistics.repeats, statistics.last, statistics.observed
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    survival = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    alive = -(r + x) * np.log(alpha + observed)
    with np.errstate(divide="ignore"):
        gone = np.where(
            x > 0,
            np.log(a) - np.log(np.maximum(b + x - 1, 1e-12)) - (r + x) * np.log(alpha + last),
            -np.inf,
        )
    return np.asarray(common + survival + np.logaddexp(alive, gone))


def mbg_nbd_log_likelihood(statistics: Statistics, r: float, alpha: float, a: float, b: float) -> Floats:
    """Log-likelihood of each history under MBG/NBD, shape (histories,)."""
    x, last, observed = statistics.repeats, statistics.last, statistics.observed
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    survival = gammaln(a + b) + gammaln(b + x + 1) - gammaln(b) - gammaln(a + b + x + 1)
    alive = -(r + x) * np.log(alpha + observed)
    gone = np.log(a) - np.log(b + x) - (r + x) * np.log(alpha + last)
    return np.asarray(common + survival + np.logaddexp(alive, gone))


PROCESSES: dict[str, Callable[[Statistics, float, float, float, float], Floats]] = {
    "bg_nbd": bg_nbd_log_likelihood,
    "mbg_nbd": mbg_nbd_log_likelihood,
}


def fit(process: str, statistics: Statistics) -> Parameters:
    """The parameters of highest likelihood; deterministic for the same histories in any order.

    Raises RetentionError for an unknown process or without a history.
    """
    if process not in PROCESSES:
        raise RetentionError(f"purchase process '{process}'; allowed are {', '.join(PROCESSES)}")
    if not len(statistics.repeats):
        raise RetentionError("no purchase history to fit a purchase process on")
    histories = statistics.sorted()
    log_likelihood = PROCESSES[process]
    total = histories.customers.sum()

    def loss(logs: Floats) -> float:
        values = log_likelihood(histories, *np.exp(logs))
        return float(-(histories.customers @ values) / total)

    start = np.log([0.5, max(float(np.median(histories.observed)) / 4, 0.1), 0.8, 2.5])
    found = minimize(
        loss, start, method="L-BFGS-B", bounds=[(-8, 8)] * 4, options={"ftol": 1e-13, "gtol": 1e-8}
    )
    r, alpha, a, b = (float(value) for value in np.exp(found.x))
    return Parameters(r=r, alpha=alpha, a=a, b=b, log_likelihood=float(-found.fun * total))


def expected_purchases(
    parameters: Parameters, x: Floats, last: Floats, observed: Floats, ahead: Floats
) -> Floats:
    """Purchases that MBG/NBD expects within `ahead`, shape (customers,), with dropout on the way.

    x: repeat purchases; last, observed: as in Statistics, in the same unit as `ahead`. Source: Batislam,
    Denizel & Filiztekin (2007), the conditional expectation of MBG/NBD.
    """
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    if abs(a - 1) < A_IS_ONE:  # the formula divides by a - 1; its limit is continuous
        a = 1 + A_IS_ONE
    whole = alpha + observed + ahead
    shrunk = ((alpha + observed) / whole) ** (r + x)
    stays = 1 - shrunk * hyp2f1(r + x, b + x + 1, a + b + x, ahead / whole)
    alive = 1 / (1 + a / (b + x) * ((alpha + observed) / (alpha + last)) ** (r + x))
    return np.asarray(np.maximum((a + b + x) / (a - 1) * stays * alive, 0))
