"""Tables from the cards: all versions of the churn model with their roles, and feature importance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

from dbt_retention.registry.card import Card
from dbt_retention.registry.store import Registry

CHURN = "churn"
VERSION_COLUMNS = pa.schema(
    {
        "model_version": pa.string(),
        "version_number": pa.int64(),
        "role": pa.string(),
        "trained_because": pa.string(),
        "candidate": pa.string(),
        "churn_definition": pa.string(),
        "churn_horizon_days": pa.int64(),
        "last_training_date": pa.date32(),
        "labels_known_until_date": pa.date32(),
        "test_date": pa.date32(),
        "training_rows_count": pa.int64(),
        "features_count": pa.int64(),
        "uses_season": pa.bool_(),
        "test_auc": pa.float64(),
        "test_auc_lower_95": pa.float64(),
        "test_auc_upper_95": pa.float64(),
    }
)
IMPORTANCE_COLUMNS = pa.schema(
    {"model_version": pa.string(), "feature": pa.string(), "log_loss_rise": pa.float64()}
)


def churn_versions(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """One row per version of the churn model that the registry holds, VERSION_COLUMNS.

    rows: `ml_churn_model`, which names the champion. Without a champion the role of every version is
    'earlier'. The challenger is the newest other version that is comparable, see `is_comparable`.
    """
    champion_version = rows["model_version"][0].as_py()
    cards = registry.cards(CHURN)
    champion = next((card for card in cards if card.version == champion_version), None)
    if champion is None:
        return _versions_table(cards, role=lambda card: "earlier")
    rivals = [card for card in cards if card is not champion and is_comparable(card, champion)]
    challenger = rivals[-1] if rivals else None

    def role(card: Card) -> str:
        if card is champion:
            return "champion"
        if card is challenger:
            return "challenger"
        return "earlier" if card in rivals else "not comparable"

    return _versions_table(cards, role=role)


def _versions_table(cards: list[Card], *, role: Callable[[Card], str]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            _version_row(card) | {"version_number": number, "role": role(card)}
            for number, card in enumerate(cards, start=1)
        ],
        schema=VERSION_COLUMNS,
    )


def churn_importance(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """One row per feature of the champion, IMPORTANCE_COLUMNS: the importance from its card."""
    version = rows["model_version"][0].as_py()
    if version is None:
        return IMPORTANCE_COLUMNS.empty_table()
    card = next(card for card in registry.cards(CHURN) if card.version == version)
    return pa.Table.from_pylist(
        [
            {"model_version": version, "feature": name, "log_loss_rise": card.importance.get(name)}
            for name in card.features
        ],
        schema=IMPORTANCE_COLUMNS,
    )


def is_comparable(card: Card, champion: Card) -> bool:
    """Whether both predict the same label for the same shop, and every feature of `card` still exists."""
    one, other = card.churn, champion.churn
    return (
        one is not None
        and other is not None
        and set(card.features) <= {*champion.features, *champion.left_out_features}
        and one.churn_definition == other.churn_definition
        and one.churn_definition_settings == other.churn_definition_settings
        and one.churn_horizon_days == other.churn_horizon_days
        and one.lookback_days == other.lookback_days
        and one.orders_input == other.orders_input
    )


def _version_row(card: Card) -> dict[str, Any]:
    churn, auc = card.churn, card.test_metrics.get("auc")
    row: dict[str, Any] = {
        "model_version": card.version,
        "trained_because": card.trained_because or None,
        "candidate": next((one.candidate for one in card.candidates if one.champion), None),
        "features_count": len(card.features),
    }
    if auc is not None:
        row |= {"test_auc": auc.value, "test_auc_lower_95": auc.lower, "test_auc_upper_95": auc.upper}
    if churn is not None:
        newest = date.fromisoformat(churn.training_dates[-1])
        row |= {
            "churn_definition": churn.churn_definition,
            "churn_horizon_days": churn.churn_horizon_days,
            "last_training_date": newest,
            "labels_known_until_date": newest + timedelta(days=churn.churn_horizon_days),
            "test_date": date.fromisoformat(churn.test_date),
            "training_rows_count": churn.rows,
            "uses_season": churn.uses_season,
        }
    return row
