"""Maximum likelihood for buy-till-you-die processes, on statistics that SQL has counted.

The four parameters come from here, and the one expectation that needs a hypergeometric function; every
probability that follows from them is plain SQL. T ends with the last day that was observed, the day before
as_of_date, as in the published examples.
Sources: Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way (BG/NBD, eq. 6);
Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for customer
base analysis (MBG/NBD: a customer may leave before the first repeat purchase).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln, hyp2f1

from dbt_retention.arrays import Floats
from dbt_retention.errors import RetentionError

A_IS_ONE = 1e-4
C_IS_ZERO = 1e-9


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
    _check(process)
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
    process: str, parameters: Parameters, x: Floats, last: Floats, observed: Floats, ahead: Floats
) -> Floats:
    """Purchases that the process expects within `ahead`, shape (customers,), with dropout on the way.

    x: repeat purchases; last, observed: as in Statistics, in the same unit as `ahead`. Finite for any
    `ahead`, rising with it, and never more than the rate of a customer who stays. Fader, Hardie & Lee
    (2005), equation 10 (BG/NBD); Batislam, Denizel & Filiztekin (2007) (MBG/NBD).
    Raises RetentionError for an unknown process.
    """
    _check(process)
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    rate, time = r + x, alpha + observed
    stayed = b + x + (process == "mbg_nbd")  # dropout is beta(a, stayed) for who is still a customer
    most = rate * ahead / time
    if abs(a - 1) < A_IS_ONE:  # the formula divides by a - 1; on both sides of 1 it is the same curve
        below, above = (
            _purchases_if_alive(one, stayed, rate, ahead / time) for one in (1 - A_IS_ONE, 1 + A_IS_ONE)
        )
        if_alive = below + (above - below) * (a - 1 + A_IS_ONE) / (2 * A_IS_ONE)
    else:
        if_alive = _purchases_if_alive(a, stayed, rate, ahead / time)
    doubtful = ~(np.isfinite(if_alive) & (if_alive >= -1e-9) & (if_alive <= most * (1 + 1e-9)))
    for number in np.flatnonzero(doubtful):
        if_alive[number] = _integrated_purchases(a, stayed[number], rate[number], (ahead / time)[number])
    odds_gone = np.log(a) - np.log(np.maximum(stayed - 1, A_IS_ONE)) + rate * np.log(time / (alpha + last))
    alive = np.where((x == 0) & (process == "bg_nbd"), 1, expit(-odds_gone))
    return np.asarray(np.clip(if_alive, 0, most) * alive)


def _purchases_if_alive(a: float, stayed: Floats, rate: Floats, ahead: Floats) -> Floats:
    """The hypergeometric expression for who is still a customer; `ahead` is in units of alpha + T.

    By Euler's transformation, wherever its own series converges: the factors of the published form leave the
    doubles for hundreds of purchases, where this one's stay near 1.
    """
    c = a + stayed - 1
    c = np.where(np.abs(c) < C_IS_ZERO, C_IS_ZERO, c)
    z, log_rest = ahead / (1 + ahead), -np.log1p(ahead)
    with np.errstate(all="ignore"):
        transformed = np.exp((a - 1) * log_rest) * hyp2f1(c - rate, a - 1, c, z)
        published = np.exp(rate * log_rest) * hyp2f1(rate, stayed, c, z)
        return np.asarray(c / (a - 1) * (1 - np.where(a - 1 > rate, published, transformed)))


def _integrated_purchases(a: float, stayed: float, rate: float, ahead: float) -> float:
    """The same as an integral over the dropout probability, on a grid of its log-odds: slow, but finite."""
    middle = np.log(a) - np.log(stayed)
    logits = np.linspace(middle - 40 - 40 / min(a, 1), middle + 40 + 40 / min(stayed, 1), 20_001)
    log_dropout = -np.logaddexp(0, -logits)
    with np.errstate(under="ignore"):
        dropout = np.maximum(np.exp(log_dropout), np.finfo(float).tiny)
        weights = np.exp(a * log_dropout - stayed * np.logaddexp(0, logits) - betaln(a, stayed))
    purchases = -np.expm1(-rate * np.log1p(dropout * ahead)) / dropout
    return float(np.trapezoid(purchases * weights, logits))


def _check(process: str) -> None:
    if process not in PROCESSES:
        raise RetentionError(f"purchase process '{process}'; allowed are {', '.join(PROCESSES)}")
