"""Trains the churn model: refuses too little data, chooses a champion, exports and publishes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from dbt_retention.errors import ExportParityError, ModelAlteredError, TrainingDataError
from dbt_retention.registry.card import Calibration, Card, ChurnTraining, Parity, ProfitAssumptions
from dbt_retention.registry.explain import permutation_importance
from dbt_retention.registry.scoring import Matrix, load
from dbt_retention.registry.store import Registry
from dbt_retention.training.calibration import isotonic_calibration
from dbt_retention.training.candidates import BOOSTING
from dbt_retention.training.champion import champion_or_none, new_card
from dbt_retention.training.export import PROBABILITY_TOLERANCE, ChurnBlend, apply_calibration, export_churn
from dbt_retention.training.fitting import fit_candidate
from dbt_retention.training.metrics import (
    Floats,
    best_f1_threshold,
    best_profit_threshold,
    binary_metrics,
    decision,
    expected_maximum_profit,
    with_intervals,
)
from dbt_retention.training.plots import churn_plots
from dbt_retention.training.policy import ALWAYS, NO_CHAMPION, NO_FIT, Evidence, why_retrain
from dbt_retention.training.rows import (
    LabelledRows,
    ShopFacts,
    dates_of,
    feature_names,
    is_split,
    labelled,
    learnable_features,
    still_fits,
)
from dbt_retention.training.selection import choose_champion, time_folds
from dbt_retention.training.settings import ChurnSettings, read_settings

CHURN = "churn"
BEST_F1, BEST_PROFIT = "best_f1", "best_profit"
COLUMNS = pa.schema(
    {
        "model": pa.string(),
        "model_version": pa.string(),
        "candidate": pa.string(),
        "is_champion": pa.bool_(),
        "validation_log_loss": pa.float64(),
        "validation_auc": pa.float64(),
        "validation_average_precision": pa.float64(),
        "validation_brier": pa.float64(),
        "decision_threshold": pa.float64(),
        "profit_threshold": pa.float64(),
        "churn_horizon_days": pa.int64(),
        "first_training_date": pa.date32(),
        "last_training_date": pa.date32(),
        "test_date": pa.date32(),
        "training_rows_count": pa.int64(),
        "features_count": pa.int64(),
        "onnx_sha256": pa.string(),
        "not_trained_because": pa.string(),
    }
)
FEWEST_OF_A_CLASS = 10  # that a fold may learn from: some candidates split them in three, twice


def train_churn(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """Train the churn model where the policy says so; one row per candidate of the champion.

    rows: `ml_training_set`, one row per customer and date, columns KEYS and any numeric features.
    settings: the fields of ChurnSettings. Where the data do not suffice, nothing is published: a champion
    that still fits stays, and not_trained_because says why; without one TrainingDataError is raised. Raises
    RetentionError where a setting is wrong.
    """
    chosen = read_settings(ChurnSettings, dict(settings))
    offered = feature_names(rows)
    features = learnable_features(rows.filter(is_split(rows, "train")), offered)
    test_dates = dates_of(rows.filter(is_split(rows, "test")))
    test_date = test_dates.max().astype(date) if len(test_dates) else None
    horizon_days = ShopFacts.of(rows).churn_horizon_days if len(rows) else None

    def still_right(card: Card) -> bool:
        churn = card.churn
        return (
            churn is not None
            and still_fits(card, offered=offered, filled=features)
            and churn.churn_definition == chosen.churn_definition
            and churn.churn_definition_settings == chosen.definition_settings
            and horizon_days in (None, churn.churn_horizon_days)
            and churn.lookback_days == chosen.lookback_days
            and churn.orders_input == chosen.orders_input
            and card.profit_assumptions == chosen.profit_assumptions
            and (
                test_date is None
                or _label_end(churn.training_dates[-1], churn.churn_horizon_days) <= test_date
            )
        )

    card = champion_or_none(CHURN, chosen, registry, still_right=still_right)
    because = _why_train_churn(card, rows, settings=chosen, registry=registry)
    refusal = None
    if card is None or because:
        try:
            card = _train_churn(
                rows, offered=offered, features=features, settings=chosen, registry=registry, because=because
            )
        except TrainingDataError as error:
            kept = registry.usable_champion_card(CHURN)
            if kept is None or BEST_PROFIT not in kept.decisions or not still_right(kept):
                raise
            card, refusal = kept, str(error)
    return _churn_table(card, refusal=refusal)


def no_churn_model(rows: pa.Table, reason: str) -> pa.Table:
    """What stands for the champion where none was trained: one row that says why, and nothing else."""
    return pa.Table.from_pylist(
        [{"model": CHURN, "is_champion": False, "not_trained_because": reason}], schema=COLUMNS
    )


def _why_train_churn(
    card: Card | None, rows: pa.Table, *, settings: ChurnSettings, registry: Registry
) -> str:
    """Why a churn model is trained, in words; empty = the champion `card` stays."""
    if card is None:
        if settings.training_policy == "always":
            return ALWAYS
        return NO_CHAMPION if registry.champion_folder(CHURN) is None else NO_FIT
    if settings.training_policy != "auto":
        return ""
    train, test = (rows.filter(is_split(rows, split)) for split in ("train", "test"))
    if not len(train) or not len(test):
        return ""
    champion = load(registry.version_folder(CHURN, card.version))
    evidence = Evidence(
        newest_training_date=dates_of(train).max().astype(date),
        drifted_features=ShopFacts.of(rows).drifted_features_count,
        features=len(card.features),
        test_date=dates_of(test).max().astype(date),
        churned=test["is_churned"].cast(pa.float64()).to_numpy(),
        scores=champion.probabilities(champion.matrix(test)).astype(np.float64),
    )
    return why_retrain(card, evidence, settings.retraining_limits) or ""


def _train_churn(
    rows: pa.Table,
    *,
    offered: list[str],
    features: list[str],
    settings: ChurnSettings,
    registry: Registry,
    because: str,
) -> Card:
    if not len(rows.filter(is_split(rows, "test"))):
        raise TrainingDataError(
            "cannot train: no test date has a closed label window of churn_horizon_days. More history is "
            "needed, a smaller churn_horizon_days, an as_of_date near the orders, or a loaded_at that is not "
            "the day of a backfill; mart_data_readiness says what is there"
        )
    train = labelled(rows.filter(is_split(rows, "train")), features)
    test = labelled(rows.filter(is_split(rows, "test")), features)
    shop = ShopFacts.of(rows)
    folds = [
        (newest, validation)
        for newest, validation in time_folds(train.dates, horizon_days=shop.churn_horizon_days)
        if _fewest_of_a_class(train, until=newest) >= FEWEST_OF_A_CLASS
    ]
    _refuse_too_little(train, test, folds, shop=shop, settings=settings)

    chosen = choose_champion(train, folds, settings=settings, horizon_days=shop.churn_horizon_days)
    blend = ChurnBlend(
        members={
            f"{name}/{number}": estimator
            for name, fresh in chosen.members.items()
            for number, estimator in enumerate(
                fit_candidate(fresh, train.matrix, train.churned, how=settings.fitting)
            )
        },
        calibration=chosen.calibration,
    )
    blend, onnx_bytes, parity = _exported(
        blend,
        np.vstack([train.matrix, test.matrix]),
        isotonic=isotonic_calibration(chosen.calibration, chosen.log_odds, chosen.labels)
        if settings.churn_calibration == "isotonic"
        else None,
    )
    assumed = settings.profit_assumptions
    out_of_fold = apply_calibration(blend.calibration, chosen.log_odds)
    thresholds = _thresholds(chosen.labels, out_of_fold, assumed=assumed)

    test_date = test.dates.max().astype(date)
    test_scores = blend.predict(test.matrix)
    importance = permutation_importance(onnx_bytes, test.matrix, test.churned, features=features)
    card = new_card(
        model=CHURN,
        kind="probability",
        learned_from=test_date.isoformat(),
        onnx_bytes=onnx_bytes,
        features=features,
        matrix=train.matrix,
        offered=offered,
        parity=parity,
        boosting=[name for name in chosen.members if name in BOOSTING],
        churn=ChurnTraining(
            churn_definition=settings.churn_definition,
            churn_definition_settings=settings.definition_settings,
            churn_horizon_days=shop.churn_horizon_days,
            lookback_days=settings.lookback_days,
            orders_input=settings.orders_input,
            training_dates=[str(day) for day in np.unique(train.dates)],
            test_date=test_date.isoformat(),
            rows=len(train.churned),
            customers=len(np.unique(train.customers)),
            churned_share=float(train.churned.mean()),
        ),
        trained_because=because,
        candidates=chosen.scores,
        calibration=blend.calibration,
        threshold=thresholds[BEST_F1],
        test_metrics=with_intervals(
            lambda truth, score: binary_metrics(truth, score, threshold=thresholds[BEST_F1]),
            test.churned,
            test_scores,
        ),
        importance=importance,
        profit_assumptions=assumed,
        decisions={
            name: decision(test.churned, test_scores, threshold=at, assumed=assumed)
            for name, at in thresholds.items()
        },
        expected_maximum_profit=expected_maximum_profit(test.churned, test_scores, assumed=assumed),
        intended_use=(
            "Rank and warn: the probability that a customer with a recent purchase "
            f"{settings.churn_in_words(horizon_days=shop.churn_horizon_days)}, to decide whom to contact."
        ),
        limits=(
            "Learned from one shop's past; customers without a purchase in the look-back are not scored. "
            "It says who is likely to leave, not who would stay if contacted. Not for credit, price or "
            "any decision with legal effect on a person."
        ),
    )
    plots = churn_plots(test.churned, test_scores, importance=importance)
    registry.publish(card, onnx_bytes, plots=plots)
    return card


def _fewest_of_a_class(train: LabelledRows, *, until: date) -> int:
    """Rows of the rarer answer, on training dates up to one."""
    churned = train.churned[train.dates <= np.datetime64(until)]
    return int(min(churned.sum(), (1 - churned).sum()))


def _refuse_too_little(
    train: LabelledRows,
    test: LabelledRows,
    folds: list[tuple[date, date]],
    *,
    shop: ShopFacts,
    settings: ChurnSettings,
) -> None:
    churners = int(train.churned.sum())
    stayers = len(train.churned) - churners
    needed = settings.min_training_churners
    shortfalls = []
    if shop.buyers_count < settings.min_buyers:
        shortfalls.append(f"{shop.buyers_count} customers (at least {settings.min_buyers})")
    if shop.history_days < settings.min_history_days:
        shortfalls.append(f"{shop.history_days} days of history (at least {settings.min_history_days})")
    if min(churners, stayers) < needed:
        shortfalls.append(f"{churners} churned and {stayers} stayed (at least {needed} of each)")
    if not folds:
        shortfalls.append(
            f"{len(np.unique(train.dates))} training date(s), of which none can be predicted by older ones "
            f"with at least {FEWEST_OF_A_CLASS} churned and {FEWEST_OF_A_CLASS} stayed"
        )
    if not 0 < test.churned.mean() < 1:
        shortfalls.append("only one class on the test date")
    for _, validation in folds:
        if not 0 < train.churned[train.dates == np.datetime64(validation)].mean() < 1:
            shortfalls.append(f"only one class on the validation date {validation}")
    if shortfalls:
        raise TrainingDataError(
            "too little data to train on: "
            + "; ".join(shortfalls)
            + ". Add history or customers, or lower min_buyers, min_history_days, min_training_churners or "
            "churn_horizon_days with care; mart_data_readiness says more. See docs/training.md"
        )


def _exported(
    blend: ChurnBlend, matrix: Matrix, *, isotonic: Calibration | None
) -> tuple[ChurnBlend, bytes, Parity]:
    """The blend as ONNX with its parity; its sigmoid stays where the gate refuses isotonic."""
    if isotonic is not None:
        chosen = replace(blend, calibration=isotonic)
        try:
            return chosen, *export_churn(chosen, matrix)
        except ExportParityError:
            note = "Isotonic was asked for; the parity gate refused it."
            blend = replace(blend, calibration=blend.calibration.model_copy(update={"note": note}))
    return blend, *export_churn(blend, matrix)


def _thresholds(labels: Floats, probability: Floats, *, assumed: ProfitAssumptions) -> dict[str, float]:
    """Where to call a customer a churner: by F1, and by expected profit."""
    thresholds = {
        BEST_F1: best_f1_threshold(labels, probability),
        BEST_PROFIT: best_profit_threshold(labels, probability, assumed=assumed),
    }
    # A hair below: many rows may share the score, and the graph may round it down.
    return {name: at - PROBABILITY_TOLERANCE for name, at in thresholds.items()}


def _churn_table(card: Card, *, refusal: str | None) -> pa.Table:
    churn = card.churn
    if churn is None or card.threshold is None:
        raise ModelAlteredError(f"the card of {card.model} {card.version} is not of a churn model")
    if BEST_PROFIT not in card.decisions:
        raise ModelAlteredError(
            f"the card of {card.model} {card.version} has no threshold of {BEST_PROFIT}: an older version "
            "of the package trained it. Train a new one: retention train"
        )
    return pa.Table.from_pylist(
        [
            {
                "model": card.model,
                "model_version": card.version,
                "candidate": candidate.candidate,
                "is_champion": candidate.champion,
                "validation_log_loss": candidate.log_loss,
                "validation_auc": candidate.auc,
                "validation_average_precision": candidate.average_precision,
                "validation_brier": candidate.brier,
                "decision_threshold": card.threshold,
                "profit_threshold": card.decisions[BEST_PROFIT].threshold,
                "churn_horizon_days": churn.churn_horizon_days,
                "first_training_date": date.fromisoformat(churn.training_dates[0]),
                "last_training_date": date.fromisoformat(churn.training_dates[-1]),
                "test_date": date.fromisoformat(churn.test_date),
                "training_rows_count": churn.rows,
                "features_count": len(card.features),
                "onnx_sha256": card.onnx_sha256,
                "not_trained_because": refusal,
            }
            for candidate in card.candidates
        ],
        schema=COLUMNS,
    )


def _label_end(training_date: str, horizon_days: int) -> date:
    return date.fromisoformat(training_date) + timedelta(days=horizon_days)
