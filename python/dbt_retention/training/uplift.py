"""Uplift: what an action changes for a customer, learned from randomised contacts.

Two ways, each with the customers of a fold predicted by what the others taught: two models, of the treated
and of the controls, whose difference is the uplift; and one of the transformed outcome
y (t / e - (1 - t) / (1 - e)), whose mean is the uplift (t: treated, e: share of the treated in the campaign;
Athey & Imbens 2016).

Qini and AUUC are taken within each campaign and averaged, so that a ranking by the action or the campaign
alone is worth nothing. The best candidate is chosen, and its uplift is used for those actions whose own Qini
is above 0 by more than chance; a line through what it predicted and what came of it shrinks it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.stats import norm
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from dbt_retention.registry.card import Calibration, Card, UpliftAction, UpliftCandidate, UpliftTraining
from dbt_retention.registry.scoring import Matrix, as_matrix
from dbt_retention.registry.store import Registry
from dbt_retention.training.candidates import (
    RANDOM_STATE,
    gradient_boosting,
    logistic_regression,
    without_empty,
)
from dbt_retention.training.champion import new_card
from dbt_retention.training.export import export_uplift
from dbt_retention.training.metrics import Floats
from dbt_retention.training.rows import learnable_features, still_fits
from dbt_retention.training.settings import Settings, read_settings

UPLIFT = "uplift"
KEYS = ("customer_id", "as_of_date", "campaign_id", "action", "is_treated", "is_retained", "treated_share")
FOLDS = 3
RESAMPLES = 500
TRAINED, TOO_FEW, NO_BETTER = "trained", "too_few_contacts", "no_better_than_chance"
ALL_ACTIONS = "all actions"  # the row of a candidate's mean over actions
COLUMNS = pa.schema(
    [
        ("status", pa.string()),
        ("model_version", pa.string()),
        ("candidate", pa.string()),
        ("is_champion", pa.bool_()),
        ("action", pa.string()),
        ("beats_chance", pa.bool_()),
        ("mean_correction", pa.float64()),
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
    campaigns: npt.NDArray[np.object_]
    actions: npt.NDArray[np.object_]
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
            self.campaigns[keep],
            self.actions[keep],
            self.matrix[keep],
            self.treated[keep],
            self.retained[keep],
            self.treated_share[keep],
        )


def qini(uplift: Floats, contacts: Contacts) -> tuple[float, float]:
    """(Qini, AUUC) of contacting customers by falling `uplift`, in retained customers per customer.

    AUUC is the area under the curve of what contacting the best share of the customers retains, over shares
    0 to 1; Qini is that less the area of contacting at random (Radcliffe 2007). Both are taken within each
    campaign and averaged, a campaign weighing by its contacts: that one campaign or action works better than
    another says nothing about whom to contact.
    """
    _, (qinis, auucs, weights) = _by_campaign(uplift, contacts, [np.ones(len(uplift))])
    return _averaged(qinis, weights)[0], _averaged(auucs, weights)[0]


def _by_campaign(
    uplift: Floats, contacts: Contacts, draws: list[Floats]
) -> tuple[npt.NDArray[np.object_], tuple[Floats, Floats, Floats]]:
    """The campaigns, and Qini, AUUC and weight of each, shape (draws, campaigns).

    draws: how often each row counts, shape (rows,) each.
    """
    campaigns, number = np.unique(contacts.campaigns.astype(str), return_inverse=True)
    order = np.lexsort((np.arange(len(uplift)), -uplift, number))  # once: draws do not change the order
    edges = np.searchsorted(number[order], np.arange(len(campaigns) + 1))
    transformed = contacts.transformed[order]
    shape = (len(draws), len(campaigns))
    qinis, auucs, weights = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for at, draw in enumerate(draws):
        weight = draw[order]
        for campaign, (first, end) in enumerate(pairwise(edges)):
            own = weight[first:end]
            total = own.sum()
            if total > 0:
                gained = np.concatenate([[0.0], np.cumsum(transformed[first:end] * own)]) / total
                share = np.concatenate([[0.0], np.cumsum(own)]) / total
                auucs[at, campaign] = np.trapezoid(gained, share)
                qinis[at, campaign] = auucs[at, campaign] - gained[-1] / 2
                weights[at, campaign] = total
    return campaigns, (qinis, auucs, weights)


def _averaged(figures: Floats, weights: Floats) -> Floats:
    """The weighted mean over campaigns, shape (draws,)."""
    return np.asarray((figures * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-300))


def train_uplift(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """Train the uplift model where the policy says so; a row per candidate, or why there is none.

    rows: `int_retention__uplift_set`, one row per contact of a causal campaign: KEYS and numeric features.
    """
    chosen = read_settings(Settings, dict(settings))
    offered = [name for name in rows.column_names if name not in KEYS]
    features = learnable_features(rows, offered)
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
        ) and (still_fits(card, offered=offered, filled=features) and known.actions_judged):
            return _table(card, TRAINED, known.candidates, known.rows)
    contacts = Contacts(
        customers=np.asarray(rows["customer_id"].to_pylist(), dtype=object),
        campaigns=np.asarray(rows["campaign_id"].to_pylist(), dtype=object),
        actions=np.asarray(rows["action"].to_pylist(), dtype=object),
        matrix=as_matrix(rows, features),
        treated=np.asarray(rows["is_treated"].to_pylist(), dtype=bool),
        retained=np.asarray(rows["is_retained"].to_pylist(), dtype=np.float64),
        treated_share=rows["treated_share"].cast(pa.float64()).to_numpy(),
    )
    if _never_varies(contacts):
        return _table(None, NO_BETTER, [], len(rows))
    with threadpool_limits(limits=1):  # small trees gain nothing by threads that wait for each other
        predicted = _out_of_fold(contacts)
    candidates, best = _judged(contacts, predicted)
    if not best.champion:
        return _table(None, NO_BETTER, candidates, len(rows))
    is_used = np.isin(contacts.actions.astype(str), [one.action for one in best.actions if one.beats_chance])
    calibration = _line(predicted[best.candidate][is_used], contacts.where(is_used))
    calibrated = calibration.slope * predicted[best.candidate] + calibration.intercept
    candidates = [one if one is not best else _corrected(one, calibrated, contacts) for one in candidates]
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
        offered=offered,
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
    return [trees.fit(without_empty(contacts.matrix), contacts.transformed)]


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


def _folds(contacts: Contacts) -> npt.NDArray[np.int64]:
    return np.asarray([crc32(str(customer).encode()) % FOLDS for customer in contacts.customers])


def _never_varies(contacts: Contacts) -> bool:
    """Is there a fold whose other folds hold an arm in which everybody stayed, or nobody did?"""
    fold = _folds(contacts)
    return any(
        len(np.unique(contacts.retained[(fold != number) & (contacts.treated == arm)])) < 2
        for number in range(FOLDS)
        for arm in (True, False)
    )


def _out_of_fold(contacts: Contacts) -> dict[str, Floats]:
    fold = _folds(contacts)
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
    """Each candidate's Qini, of each action and of all, by resampling customers; and the best of them.

    The best is worth most, in contacts times Qini, where it beats chance. An interval is the Qini and its
    standard error over the resamples, times the normal quantile by which all intervals of all candidates and
    actions hold at once with 95 % (Dunn 1961).
    """
    customers, code = np.unique(contacts.customers.astype(str), return_inverse=True)
    rng = np.random.default_rng(RANDOM_STATE)
    draws = [rng.poisson(1.0, len(customers)).astype(np.float64)[code] for _ in range(RESAMPLES)]
    actions = sorted(set(contacts.actions.tolist()))
    reach = float(norm.ppf(1 - 0.05 / 2 / (len(predicted) * len(actions))))
    action_of = dict(zip(contacts.campaigns.astype(str), contacts.actions, strict=True))
    contacts_of = Counter(contacts.actions.tolist())
    candidates = []
    for name, uplift in predicted.items():
        campaigns, (qinis, auucs, weights) = _by_campaign(uplift, contacts, [np.ones(len(uplift)), *draws])

        def figures(
            keep: npt.NDArray[np.bool_],
            qinis: Floats = qinis,
            auucs: Floats = auucs,
            weights: Floats = weights,
        ) -> dict[str, float]:
            value, *again = _averaged(qinis[:, keep], weights[:, keep])
            margin = reach * float(np.std(again, ddof=1))
            auuc = float(_averaged(auucs[:1, keep], weights[:1, keep])[0])
            return {"qini": value, "qini_lower": value - margin, "qini_upper": value + margin, "auuc": auuc}

        of_campaign = np.asarray([action_of[campaign] for campaign in campaigns], dtype=object)
        of_actions = [
            UpliftAction(action=action, contacts=contacts_of[action], **figures(of_campaign == action))
            for action in actions
        ]
        candidates.append(
            UpliftCandidate(
                candidate=name,
                champion=False,
                actions=of_actions,
                **figures(np.ones(len(campaigns), dtype=bool)),
            )
        )

    def worth(one: UpliftCandidate) -> tuple[float, float]:
        return sum(each.contacts * each.qini for each in one.actions if each.beats_chance), one.qini

    best = max(candidates, key=worth)
    chosen = best.model_copy(update={"champion": any(one.beats_chance for one in best.actions)})
    return [chosen if one is best else one for one in candidates], chosen


def _corrected(best: UpliftCandidate, calibrated: Floats, contacts: Contacts) -> UpliftCandidate:
    """The candidate with what is added to each action's uplift, for its mean to be what the action did."""
    off = contacts.transformed - calibrated
    return best.model_copy(
        update={
            "actions": [
                one.model_copy(update={"mean_correction": float(off[contacts.actions == one.action].mean())})
                for one in best.actions
            ]
        }
    )


def _line(uplift: Floats, contacts: Contacts) -> Calibration:
    """What came of it = slope x uplift + intercept; the slope is held between 0 and 1: it may only shrink.

    The slope is that within campaigns: it says how far to believe differences between customers.
    """
    _, number = np.unique(contacts.campaigns.astype(str), return_inverse=True)
    counts = np.bincount(number)
    transformed = contacts.transformed
    apart = uplift - (np.bincount(number, uplift) / counts)[number]
    spread = float(apart @ apart)
    slope = float(apart @ transformed / spread) if spread > 0 else 0.0
    slope = min(max(slope, 0.0), 1.0)
    intercept = float(transformed.mean() - slope * uplift.mean())
    return Calibration(slope=slope, intercept=intercept, rows=len(uplift))


def _table(card: Card | None, status: str, candidates: list[UpliftCandidate], rows: int) -> pa.Table:
    if card is not None and card.uplift is not None:
        candidates, rows = card.uplift.candidates, card.uplift.rows
    found = []
    for one in candidates:
        row = {
            "status": status,
            "model_version": card.version if card and one.champion else None,
            "candidate": one.candidate,
            "is_champion": one.champion,
        }
        whole = one.model_dump(include={"qini", "qini_lower", "qini_upper", "auuc"})
        whole["beats_chance"] = one.qini_lower > 0
        found.append(row | {"action": ALL_ACTIONS, "contacts_count": rows} | whole)
        found += [
            row
            | {"action": each.action, "contacts_count": each.contacts, "beats_chance": each.beats_chance}
            | each.model_dump(include={"qini", "qini_lower", "qini_upper", "auuc", "mean_correction"})
            for each in one.actions
        ]
    nothing = {"status": status, "is_champion": False, "action": ALL_ACTIONS, "contacts_count": rows}
    return pa.Table.from_pylist(found or [nothing | {"beats_chance": False}], schema=COLUMNS)
