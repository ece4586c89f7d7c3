"""The candidates for the uplift model: how each is fitted, and how it predicts.

Two models: a classifier of the treated and one of the controls; the uplift is the difference of their
probabilities. Transformed outcome: one regressor of `Contacts.transformed`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

from dbt_retention.arrays import Floats, Ints, Matrix
from dbt_retention.registry.card import Calibration
from dbt_retention.training import RANDOM_STATE
from dbt_retention.training.candidates import gradient_boosting, logistic_regression
from dbt_retention.training.contacts import Contacts
from dbt_retention.training.transformers import without_noise

FOLDS = 3


@dataclass(frozen=True)
class UpliftModel:
    """Fitted members and a line that shrinks what they predict.

    members: one regressor, or the classifiers of the treated and of the controls, in this order.
    """

    members: Sequence[Any]
    calibration: Calibration

    def predict(self, matrix: Matrix) -> Floats:
        """Calibrated uplift by scikit-learn, -1 to 1, shape (rows,). matrix: shape (rows, features)."""
        raw = raw_uplift(self.members, matrix)
        return np.asarray(np.clip(self.calibration.slope * raw + self.calibration.intercept, -1, 1))


def raw_uplift(members: Sequence[Any], matrix: Matrix) -> Floats:
    """Uplift before calibration, shape (rows,). members: as in UpliftModel."""
    if len(members) == 1:
        return np.asarray(members[0].predict(matrix), dtype=np.float64)
    treated, control = (member.predict_proba(matrix)[:, 1] for member in members)
    return np.asarray(treated - control, dtype=np.float64)


def _two_models(fresh: Callable[[], Any]) -> Callable[[Contacts], list[Any]]:
    def fit(contacts: Contacts) -> list[Any]:
        fitted = []
        for arm in (contacts.treated, ~contacts.treated):
            fitted.append(fresh().fit(without_noise(contacts.matrix[arm]), contacts.retained[arm]))
        return fitted

    return fit


def _transformed_outcome(contacts: Contacts) -> list[Any]:
    trees = HistGradientBoostingRegressor(
        max_leaf_nodes=5,
        learning_rate=0.03,
        max_iter=150,
        min_samples_leaf=200,
        l2_regularization=10.0,
        max_features=0.5,
        early_stopping=False,
        random_state=RANDOM_STATE,
    )
    return [trees.fit(without_noise(contacts.matrix), contacts.transformed)]


UPLIFT_CANDIDATES: dict[str, Callable[[Contacts], list[Any]]] = {
    "two_models_logistic": _two_models(logistic_regression),
    "two_models_boosted": _two_models(gradient_boosting),
    "transformed_outcome": _transformed_outcome,
}


def predict_out_of_fold(contacts: Contacts) -> dict[str, Floats]:
    """Raw uplift by candidate, shape (rows,); members predict customers that they were not fitted on."""
    fold = _folds(contacts)
    predicted = {name: np.zeros(len(fold)) for name in UPLIFT_CANDIDATES}
    for number in range(FOLDS):
        training, held_out = contacts.where(fold != number), fold == number
        if held_out.any():
            for name, fit in UPLIFT_CANDIDATES.items():
                predicted[name][held_out] = raw_uplift(fit(training), contacts.matrix[held_out])
    return predicted


def can_be_fitted(contacts: Contacts) -> bool:
    """Whether in each fold both training arms hold customers who stayed and customers who churned."""
    fold = _folds(contacts)
    return all(
        len(np.unique(contacts.retained[(fold != number) & (contacts.treated == arm)])) == 2
        for number in range(FOLDS)
        for arm in (True, False)
    )


def _folds(contacts: Contacts) -> Ints:
    return np.asarray([crc32(str(customer).encode()) % FOLDS for customer in contacts.customers])


def shrinkage(uplift: Floats, contacts: Contacts) -> Calibration:
    """The line `slope * uplift + intercept` through the transformed outcomes; its slope is 0 to 1.

    uplift: out-of-fold, shape (rows,). The slope is estimated within campaigns, because it says how far
    differences between customers can be trusted; campaigns differ for other reasons.
    """
    _, number = np.unique(contacts.campaigns.astype(str), return_inverse=True)
    counts = np.bincount(number)
    transformed = contacts.transformed
    deviation = uplift - (np.bincount(number, uplift) / counts)[number]
    sum_of_squares = float(deviation @ deviation)
    slope = float(deviation @ transformed / sum_of_squares) if sum_of_squares > 0 else 0.0
    slope = min(max(slope, 0.0), 1.0)
    intercept = float(transformed.mean() - slope * uplift.mean())
    return Calibration(slope=slope, intercept=intercept, rows=len(uplift))
