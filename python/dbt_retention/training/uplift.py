"""Trains the uplift model: how much an action changes a customer's probability to stay.

It learns from randomised contacts only. Several candidates predict out of fold; `qini.py` chooses the best.
Its uplift is used for the actions whose own Qini is above 0 by more than chance, shrunk by a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from threadpoolctl import threadpool_limits

from dbt_retention.arrays import Floats
from dbt_retention.registry.card import Card, UpliftCandidate, UpliftTraining
from dbt_retention.registry.store import Registry
from dbt_retention.training.champion import new_card
from dbt_retention.training.contacts import KEYS, Contacts, read_contacts
from dbt_retention.training.export import export_uplift
from dbt_retention.training.qini import judge_candidates
from dbt_retention.training.rows import learnable_features, still_fits
from dbt_retention.training.settings import Settings, read_settings
from dbt_retention.training.uplift_model import (
    UPLIFT_CANDIDATES,
    UpliftModel,
    can_be_fitted,
    predict_out_of_fold,
    shrinkage,
)

UPLIFT = "uplift"
TRAINED, TOO_FEW, NO_BETTER = "trained", "too_few_contacts", "no_better_than_chance"
ALL_ACTIONS = "all actions"  # in the row of a candidate's mean over actions
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


def train_uplift(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """Train the uplift model where the var training_policy asks for it.

    rows: `int_retention__uplift_set`, one row per contact of a causal campaign: KEYS and numeric features.
    settings: the fields of `Settings`. Returns COLUMNS: one row per candidate and action, or one row whose
    status says why there is no model. Raises RetentionError where a setting is wrong, ExportParityError where
    the ONNX graph gives other results.
    """
    chosen = read_settings(Settings, settings)
    offered = [name for name in rows.column_names if name not in KEYS]
    features = learnable_features(rows, offered)
    campaigns = sorted(set(rows["campaign_id"].to_pylist()))
    is_forced = chosen.training_policy == "always"
    card = registry.usable_champion_card(UPLIFT) if is_forced else registry.champion_card(UPLIFT)
    if chosen.training_policy == "never":
        return _table(card, TRAINED if card else TOO_FEW, [], 0)
    if not campaigns:
        return _table(None, TOO_FEW, [], 0)
    if card is not None and not is_forced:
        is_same = _learned_from_the_same(
            card, orders_input=chosen.orders_input, campaigns=campaigns, rows=len(rows)
        )
        if is_same and still_fits(card, offered=offered, filled=features):
            return _table(card, TRAINED, [], 0)
    contacts = read_contacts(rows, features=features)
    if not can_be_fitted(contacts):
        return _table(None, NO_BETTER, [], len(rows))
    with threadpool_limits(limits=1):  # small trees are slower on several threads
        predicted = predict_out_of_fold(contacts)
    candidates, best = judge_candidates(contacts, predicted)
    if not best.champion:
        return _table(None, NO_BETTER, candidates, len(rows))
    is_used = np.isin(contacts.actions.astype(str), [one.action for one in best.actions if one.beats_chance])
    calibration = shrinkage(predicted[best.candidate][is_used], contacts.where(is_used))
    calibrated = calibration.slope * predicted[best.candidate] + calibration.intercept
    candidates = [
        one if one is not best else _with_corrections(one, calibrated, contacts) for one in candidates
    ]
    with threadpool_limits(limits=1):
        model = UpliftModel(UPLIFT_CANDIDATES[best.candidate](contacts), calibration)
    onnx_bytes, parity = export_uplift(model, contacts.matrix)
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
        intended_use=(
            "Choose which customers to contact with which action: the change of the probability to stay."
        ),
        limits=(
            "Trained on the randomised campaigns of one shop. The uplift of one customer is a mean over "
            "similar customers. Not for credit, prices or any decision with legal effect on a person."
        ),
    )
    registry.publish(card, onnx_bytes)
    return _table(card, TRAINED, candidates, len(rows))


def _learned_from_the_same(card: Card, *, orders_input: str, campaigns: list[str], rows: int) -> bool:
    known = card.uplift
    return (
        known is not None
        and known.actions_judged
        and (known.orders_input, known.campaigns, known.rows) == (orders_input, campaigns, rows)
    )


def _with_corrections(best: UpliftCandidate, calibrated: Floats, contacts: Contacts) -> UpliftCandidate:
    """The candidate with each action's mean_correction: the mean outcome less the mean calibrated uplift."""
    error = contacts.transformed - calibrated
    return best.model_copy(
        update={
            "actions": [
                one.model_copy(
                    update={"mean_correction": float(error[contacts.actions == one.action].mean())}
                )
                for one in best.actions
            ]
        }
    )


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
