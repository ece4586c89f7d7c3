"""The arithmetic of the churn model: members' probabilities, their mean log-odds, the calibrated probability.

`export.py` builds the same arithmetic as an ONNX graph.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit

from dbt_retention.arrays import Floats, Matrix
from dbt_retention.registry.card import Calibration

# Probabilities are clipped to these bounds before the log-odds are taken. Both are exact in float32. Above
# the upper bound, 1 - p has too few digits in float32 for log-odds that agree with scikit-learn's.
LOWEST, HIGHEST = 2.0**-20, 1 - 2.0**-14


@dataclass(frozen=True)
class ChurnBlend:
    """Fitted classifiers and one calibration.

    The blend's probability is the calibrated mean of the members' log-odds; with one member, that member
    calibrated.
    """

    members: Mapping[str, Any]
    calibration: Calibration

    def predict(self, matrix: Matrix) -> Floats:
        """Churn probability by scikit-learn, 0 to 1, shape (rows,). matrix: shape (rows, features)."""
        log_odds = mean_log_odds([member.predict_proba(matrix)[:, 1] for member in self.members.values()])
        return apply_calibration(self.calibration, log_odds)


def mean_log_odds(probabilities: Sequence[Floats]) -> Floats:
    """Mean over the members of the natural log-odds, shape (rows,).

    probabilities: one array per member, 0 to 1, shape (rows,) each.
    """
    log_odds = [logit(np.clip(np.asarray(one, dtype=np.float64), LOWEST, HIGHEST)) for one in probabilities]
    return np.asarray(np.mean(log_odds, axis=0))


def apply_calibration(calibration: Calibration, log_odds: Floats) -> Floats:
    """Calibrated probabilities, 0 to 1, shape (rows,). log_odds: uncalibrated, shape (rows,)."""
    if calibration.knots:
        at, probability = np.array(calibration.knots).T
        return np.asarray(np.interp(log_odds, at, probability))
    return np.asarray(expit(calibration.slope * log_odds + calibration.intercept))
