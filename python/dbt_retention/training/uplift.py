"""Uplift: what an action changes for a customer, learned from randomised contacts.

Two ways, each with the customers of a fold predicted by what the others taught: two models, of the treated
and of the controls, whose difference is the uplift; and one of the transformed outcome
y (t / e - (1 - t) / (1 - e)), whose mean is the uplift (t: treated, e: share of the treated in the campaign;
Athey & Imbens 2016). The best by Qini is chosen, and only where its Qini is above 0 by more than chance; a
line through what it predicted and what came of it shrinks it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from dbt_retention.candidates import RANDOM_STATE, gradient_boosting, logistic_regression, without_empty
from dbt_retention.card import Calibration, Card, UpliftCandidate, UpliftTraining
from dbt_retention.evaluation import Floats
from dbt_retention.export import export_uplift
from dbt_retention.registry import Registry
from dbt_retention.scoring import Matrix, as_matrix
from dbt_retention.training.champion import new_card
from dbt_retention.training.settings import Settings, read_settings

UPLIFT = "uplift"
KEYS = ("customer_id", "as_of_date", "campaign_id", "action", "is_treated", "is_retained", "treated_share")
FOLDS = 3
RESAMPLES = 500
TRAINED, TOO_FEW, NO_BETTER = "trained", "too_few_contacts", "no_better_than_chance"
COLUMNS = pa.schema(
    [
        ("status", pa.string()),
        ("model_version", pa.string()),
        ("candidate", pa.string()),
        ("is_champion", pa.bool_()),
        ("qini", pa.float64()),
        ("qini_lower", pa.float64()),
        ("qini_upper", pa.float64()),
        ("auuc", pa.float64()),
        ("contacts_count", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Contacts:
    """Randomised contacts, shape (rows,) each; `transformed` has the uplift as its mean."""

    customers: npt.NDArray[np.object_]
    matrix: Matrix
    treated: npt.NDArray[np.bool_]
    retained: Floats
    treated_share: Floats

    @property
    def transformed(self) -> Floats:
        weight = np.where(self.treated, 1 / self.treated_share, -1 / (1 - self.treated_share))
        return np.asarray(self.retained * weight)

    def where(self, keep: npt.NDArray[np.bool_ | np.intp]) -> Contacts:
        """The rows for which `keep` is true, or of these numbers in this order."""
        return Contacts(
            self.customers[keep],
            self.matrix[keep],
            self.treated[keep],
            self.retained[keep],
            self.treated_share[keep],
        )


def qini(uplift: Floats, contacts: Contacts, *, weights: Floats | None = None) -> tuple[float, float]:
    """(Qini, AUUC) of contacting customers by falling `uplift`, in retained customers per customer.

    AUUC is the area under the curve of what contacting the best share of the customers retains, over shares
    0 to 1; Qini is that less the area of contacting at random (Radcliffe 2007). weights: how often each row
    counts.
    """
    order = np.argsort(-uplift, kind="stable")
    weight = np.ones(len(uplift)) if weights is None else weights
    gained = np.concatenate([[0.0], np.cumsum((contacts.transformed * weight)[order])]) / weight.sum()
    share = np.concatenate([[0.0], np.cumsum(weight[order])]) / weight.sum()
    area = float(np.trapezoid(gained, share))
    return area - float(gained[-1]) / 2, area


def train_uplift(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """Train the uplift model where the policy says so; a row per candidate, or why there is none.

    rows: `int_retention__uplift_set`, one row per contact of a causal campaign: KEYS and numeric features.
    """
    chosen = read_settings(Settings, dict(settings))
    features = [name for name in rows.column_names if name not in KEYS]
    campaigns = sorted(set(rows["campaign_id"].to_pylist()))
    is_anew = chosen.training_policy == "always"
    card = registry.usable_champion_card(UPLIFT) if is_anew else registry.champion_card(UPLIFT)
    if chosen.training_policy == "never":
        return _table(card, TRAINED if card else TOO_FEW, [], 0)
    if not campaigns:
        return _table(None, TOO_FEW, [], 0)
    if not is_anew and card is not None and card.uplift is not None:
        known = card.uplift
        if (known.orders_input, known.campaigns, known.rows) == (
            chosen.orders_input,
            campaigns,
            len(rows),
        ) and set(card.features) == set(features):
            return _table(card, TRAINED, known.candidates, known.rows)
    contacts = Contacts(
        customers=np.asarray(rows["customer_id"].to_pylist(), dtype=object),
        matrix=as_matrix(rows, features),
        treated=np.asarray(rows["is_treated"].to_pylist(), dtype=bool),
        retained=np.asarray(rows["is_retained"].to_pylist(), dtype=np.float64),
        treated_share=rows["treated_share"].cast(pa.float64()).to_numpy(),
    )
    with threadpool_limits(limits=1):  # small trees gain nothing by threads that wait for each other
        predicted = _out_of_fold(contacts)
    candidates, best = _judged(contacts, predicted)
    if not best.champion:
        return _table(None, NO_BETTER, candidates, len(rows))
    calibration = _line(predicted[best.candidate], contacts.transformed)
    with threadpool_limits(limits=1):
        members = CANDIDATES[best.candidate](contacts)
    onnx_bytes, parity = export_uplift(members, calibration=calibration, matrix=contacts.matrix)
    newest = max(rows["as_of_date"].to_pylist())
    card = new_card(
        model=UPLIFT,
        learned_from=newest.isoformat()[:10],
        kind="uplift",
        onnx_bytes=onnx_bytes,
        features=features,
        matrix=contacts.matrix,
        uplift=UpliftTraining(
            orders_input=chosen.orders_input,
            campaigns=campaigns,
            actions=sorted(set(rows["action"].to_pylist())),
            rows=len(rows),
            customers=len(np.unique(contacts.customers)),
            treated_share=float(contacts.treated.mean()),
            candidates=candidates,
        ),
        calibration=calibration,
        parity=parity,
        intended_use="Choose whom to contact by which action: the change of the probability to stay.",
        limits=(
            "Learned from this shop's randomised campaigns. What it says of one customer is a mean over "
            "customers alike. Not for credit, price or any decision with legal effect on a person."
        ),
    )
    registry.publish(card, onnx_bytes)
    return _table(card, TRAINED, candidates, len(rows))


def _two_models(fresh: Callable[[], Any]) -> Callable[[Contacts], list[Any]]:
    def fit(contacts: Contacts) -> list[Any]:
        fitted = []
        for arm in (contacts.treated, ~contacts.treated):
            fitted.append(fresh().fit(without_empty(contacts.matrix[arm]), contacts.retained[arm]))
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
    return [trees.fit(contacts.matrix, contacts.transformed)]


CANDIDATES: dict[str, Callable[[Contacts], list[Any]]] = {
    "two_models_logistic": _two_models(logistic_regression),
    "two_models_boosted": _two_models(gradient_boosting),
    "transformed_outcome": _transformed_outcome,
}


def uplift_of(members: list[Any], matrix: Matrix) -> Floats:
    """Uplift by scikit-learn, shape (rows,), before calibration."""
    if len(members) == 1:
        return np.asarray(members[0].predict(matrix), dtype=np.float64)
    treated, control = (member.predict_proba(matrix)[:, 1] for member in members)
    return np.asarray(treated - control, dtype=np.float64)


def _out_of_fold(contacts: Contacts) -> dict[str, Floats]:
    fold = np.asarray([crc32(str(customer).encode()) % FOLDS for customer in contacts.customers])
    predicted = {name: np.zeros(len(fold)) for name in CANDIDATES}
    for number in range(FOLDS):
        past, held_out = contacts.where(fold != number), fold == number
        if held_out.any():
            for name, fit in CANDIDATES.items():
                predicted[name][held_out] = uplift_of(fit(past), contacts.matrix[held_out])
    return predicted


def _judged(
    contacts: Contacts, predicted: Mapping[str, Floats]
) -> tuple[list[UpliftCandidate], UpliftCandidate]:
    """Each candidate's Qini by resampling customers, and the best of them.

    The intervals hold with 95 % for all candidates at once, for the best is picked (Dunn 1961).
    """
    beyond = 0.05 / 2 / len(predicted)
    customers, code = np.unique(contacts.customers.astype(str), return_inverse=True)
    rng = np.random.default_rng(RANDOM_STATE)
    draws = [rng.poisson(1.0, len(customers)).astype(np.float64)[code] for _ in range(RESAMPLES)]
    figures = {}
    for name, uplift in predicted.items():
        best_first = np.argsort(-uplift, kind="stable")  # once: to sort what is sorted costs little
        ranked, falling = contacts.where(best_first), uplift[best_first]
        again = [qini(falling, ranked, weights=draw[best_first])[0] for draw in draws]
        lower, upper = (float(edge) for edge in np.quantile(again, [beyond, 1 - beyond]))
        value, auuc = qini(uplift, contacts)
        figures[name] = {"qini": value, "qini_lower": lower, "qini_upper": upper, "auuc": auuc}
    best = max(figures, key=lambda name: figures[name]["qini"])
    candidates = [
        UpliftCandidate(candidate=name, champion=name == best and values["qini_lower"] > 0, **values)
        for name, values in figures.items()
    ]
    return candidates, next(one for one in candidates if one.candidate == best)


def _line(uplift: Floats, transformed: Floats) -> Calibration:
    """What came of it = slope x uplift + intercept; the slope is held between 0 and 1: it may only shrink."""
    spread = float(np.var(uplift))
    slope = float(np.cov(uplift, transformed, ddof=0)[0, 1] / spread) if spread > 0 else 0.0
    slope = min(max(slope, 0.0), 1.0)
    intercept = float(transformed.mean() - slope * uplift.mean())
    return Calibration(slope=slope, intercept=intercept, rows=len(uplift))


def _table(card: Card | None, status: str, candidates: list[UpliftCandidate], rows: int) -> pa.Table:
    if card is not None and card.uplift is not None:
        candidates, rows = card.uplift.candidates, card.uplift.rows
    version_of = {True: card.version if card else None, False: None}
    found = [
        {
            "status": status,
            "model_version": version_of[one.champion],
            "candidate": one.candidate,
            "is_champion": one.champion,
            "contacts_count": rows,
        }
        | one.model_dump(include={"qini", "qini_lower", "qini_upper", "auuc"})
        for one in candidates
    ]
    return pa.Table.from_pylist(
        found or [{"status": status, "is_champion": False, "contacts_count": rows}], schema=COLUMNS
    )
