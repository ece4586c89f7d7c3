"""Trains the churn model: checks the data, chooses a champion, exports it, publishes it with its card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from dbt_retention.arrays import Floats, Matrix
from dbt_retention.errors import ExportParityError, TrainingDataError
from dbt_retention.registry.card import Calibration, Card, ChurnTraining, Parity, ProfitAssumptions
from dbt_retention.registry.scoring import load
from dbt_retention.registry.store import Registry
from dbt_retention.training.blend import ChurnBlend, apply_calibration
from dbt_retention.training.calibration import isotonic_calibration
from dbt_retention.training.candidates import BOOSTING
from dbt_retention.training.champion import champion_or_none, new_card
from dbt_retention.training.churn_data import require_enough_data, usable_folds
from dbt_retention.training.churn_table import BEST_F1, BEST_PROFIT, CHURN, churn_table
from dbt_retention.training.export import export_churn
from dbt_retention.training.fitting import fit_candidate
from dbt_retention.training.importance import permutation_importance
from dbt_retention.training.metrics import (
    best_f1_threshold,
    best_profit_threshold,
    decision,
    expected_maximum_profit,
    with_intervals,
)
from dbt_retention.training.parity import PROBABILITY_TOLERANCE
from dbt_retention.training.plots import churn_plots
from dbt_retention.training.policy import ALWAYS, NO_CHAMPION, NO_FIT, Evidence, why_retrain
from dbt_retention.training.rows import (
    ShopFacts,
    dates_of,
    feature_names,
    is_split,
    labelled,
    learnable_features,
    spans_a_season,
    still_fits,
    without_date_features,
)
from dbt_retention.training.season import Season, season_of
from dbt_retention.training.selection import choose_champion, do_dates_mislead
from dbt_retention.training.settings import ChurnSettings, read_settings


def train_churn(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """Train the churn model where the var training_policy asks for it.

    rows: `ml_training_set`, one row per customer and date: `rows.KEYS` and numeric features.
    settings: the fields of ChurnSettings. Returns one row per candidate of the champion, see `churn_table`.
    Where there is too little data, nothing is published: a champion that still fits is kept, and
    not_trained_because says why; without such a champion TrainingDataError is raised. Raises RetentionError
    where a setting is wrong, ExportParityError where the ONNX graph gives other results.
    """
    chosen = read_settings(ChurnSettings, settings)
    offered = feature_names(rows)
    season = season_of(rows)
    features = learnable_features(rows.filter(is_split(rows, "train")), offered)
    lasting = _without_dates(rows.filter(is_split(rows, "train")), features, season=season)
    test_dates = dates_of(rows.filter(is_split(rows, "test")))
    test_date = test_dates.max().astype(date) if len(test_dates) else None
    horizon_days = ShopFacts.of(rows).churn_horizon_days if len(rows) else None

    def is_valid(card: Card) -> bool:
        churn = card.churn
        return (
            churn is not None
            and still_fits(card, offered=offered, filled=lasting)
            and churn.uses_season == season.is_used
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

    card = champion_or_none(CHURN, chosen, registry, is_valid=is_valid)
    because = _reason_to_train(card, rows, settings=chosen, registry=registry, season=season)
    refusal = None
    if card is None or because:
        try:
            card = _train(
                rows,
                offered=offered,
                features=lasting if season.is_used else features,
                lasting=lasting,
                settings=chosen,
                registry=registry,
                because=because,
                season=season,
            )
        except TrainingDataError as error:
            kept = registry.usable_champion_card(CHURN)
            if kept is None or BEST_PROFIT not in kept.decisions or not is_valid(kept):
                raise
            card, refusal = kept, str(error)
    return churn_table(card, refusal=refusal)


def _reason_to_train(
    card: Card | None, rows: pa.Table, *, settings: ChurnSettings, registry: Registry, season: Season
) -> str:
    """Why a new model is trained, as text for the card; empty = the champion with `card` is kept."""
    if card is None:
        if settings.training_policy == "always":
            return ALWAYS
        return NO_CHAMPION if registry.champion_folder(CHURN) is None else NO_FIT
    if settings.training_policy != "auto":
        return ""
    train, test = (rows.filter(is_split(rows, split)) for split in ("train", "test"))
    if not len(train) or not len(test):
        return ""
    folder = registry.version_folder(CHURN, card.version)
    champion = load(folder, max_model_megabytes=registry.max_model_megabytes)
    evidence = Evidence(
        newest_training_date=dates_of(train).max().astype(date),
        drifted_features=ShopFacts.of(rows).drifted_features_count,
        features=len(card.features),
        test_date=dates_of(test).max().astype(date),
        churned=test["is_churned"].cast(pa.float64()).to_numpy(),
        scores=champion.probabilities(champion.matrix(test)).astype(np.float64)
        ** season.ratios(dates_of(test), trained_on=dates_of(train)),
    )
    return why_retrain(card, evidence, settings.retraining_limits) or ""


def _train(
    rows: pa.Table,
    *,
    offered: list[str],
    features: list[str],
    lasting: list[str],
    settings: ChurnSettings,
    registry: Registry,
    because: str,
    season: Season,
) -> Card:
    if not len(rows.filter(is_split(rows, "test"))):
        raise TrainingDataError(
            "cannot train: no test date has a closed label window of churn_horizon_days. Add history, lower "
            "churn_horizon_days, set as_of_date near the newest order, or leave loaded_at empty where it is "
            "the day of a backfill. Details: select * from mart_data_readiness"
        )
    train = labelled(rows.filter(is_split(rows, "train")), features)
    test = labelled(rows.filter(is_split(rows, "test")), features)
    shop = ShopFacts.of(rows)
    folds = usable_folds(train, horizon_days=shop.churn_horizon_days)
    require_enough_data(train, test, folds, shop=shop, settings=settings)
    if lasting != features:
        without = labelled(rows.filter(is_split(rows, "train")), lasting)
        if do_dates_mislead(train, without, folds, horizon_days=shop.churn_horizon_days):
            features, train = lasting, without
            test = labelled(rows.filter(is_split(rows, "test")), features)

    chosen = choose_champion(
        train, folds, settings=settings, horizon_days=shop.churn_horizon_days, season=season
    )
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
        if settings.churn_calibration == "isotonic" and not season.is_used
        else None,
    )
    if settings.churn_calibration == "isotonic" and season.is_used:
        note = "Isotonic was configured, but the season needs the sigmoid."
        blend = replace(blend, calibration=blend.calibration.model_copy(update={"note": note}))
    assumed = settings.profit_assumptions
    out_of_fold = apply_calibration(blend.calibration, chosen.log_odds) ** chosen.ratios
    thresholds = _thresholds(chosen.labels, out_of_fold, assumed=assumed)

    test_date = test.dates.max().astype(date)
    test_scores = blend.predict(test.matrix) ** season.ratios(test.dates, trained_on=train.dates)
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
            uses_season=season.is_used,
            season_note=season.note,
        ),
        trained_because=because,
        candidates=chosen.scores,
        calibration=blend.calibration,
        threshold=thresholds[BEST_F1],
        test_metrics=with_intervals(test.churned, test_scores, threshold=thresholds[BEST_F1]),
        importance=importance,
        profit_assumptions=assumed,
        decisions={
            name: decision(test.churned, test_scores, threshold=at, assumed=assumed)
            for name, at in thresholds.items()
        },
        expected_maximum_profit=expected_maximum_profit(test.churned, test_scores, assumed=assumed),
        intended_use=(
            "Rank and warn: the probability that a customer with a recent purchase "
            f"{settings.churn_in_words(horizon_days=shop.churn_horizon_days)}, to decide which customers to "
            "contact."
        ),
        limits=(
            "Trained on the past of one shop. Customers without a purchase in the look-back are not scored. "
            "It predicts which customers leave, not which customers would stay if contacted. Not for credit, "
            "prices or any decision with legal effect on a person."
        ),
    )
    plots = churn_plots(test.churned, test_scores, importance=importance)
    registry.publish(card, onnx_bytes, plots=plots)
    return card


def _without_dates(rows: pa.Table, features: list[str], *, season: Season) -> list[str]:
    """The features without those that only tell dates apart, unless a model may learn a season from them.

    In a year or less a model would recognise the dates and extrapolate. Where the season shifts the
    probabilities, it would learn the season a second time.
    """
    if spans_a_season(rows) and not season.is_used:
        return features
    return without_date_features(rows, features)


def _exported(
    blend: ChurnBlend, matrix: Matrix, *, isotonic: Calibration | None
) -> tuple[ChurnBlend, bytes, Parity]:
    """The blend that was exported, its ONNX file and its parity.

    isotonic: the calibration to use instead of the blend's sigmoid, unless it fails the parity gate.
    """
    if isotonic is not None:
        chosen = replace(blend, calibration=isotonic)
        try:
            return chosen, *export_churn(chosen, matrix)
        except ExportParityError:
            note = "Isotonic was configured, but failed the parity gate."
            blend = replace(blend, calibration=blend.calibration.model_copy(update={"note": note}))
    return blend, *export_churn(blend, matrix)


def _thresholds(labels: Floats, probability: Floats, *, assumed: ProfitAssumptions) -> dict[str, float]:
    """The scores from which on a customer is predicted to churn: by F1, and by expected profit."""
    thresholds = {
        BEST_F1: best_f1_threshold(labels, probability),
        BEST_PROFIT: best_profit_threshold(labels, probability, assumed=assumed),
    }
    # Slightly lower: several rows may share the score, and the graph may round it down.
    return {name: at - PROBABILITY_TOLERANCE for name, at in thresholds.items()}


def _label_end(training_date: str, horizon_days: int) -> date:
    return date.fromisoformat(training_date) + timedelta(days=horizon_days)
