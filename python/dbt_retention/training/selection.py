"""Chooses the champion: every candidate is judged on expanding time folds, by log loss.

Calibration and thresholds are fitted on the out-of-fold predictions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
from sklearn.metrics import log_loss

from dbt_retention.arrays import Floats
from dbt_retention.registry.card import Calibration, CandidateScore
from dbt_retention.training.blend import apply_calibration, mean_log_odds
from dbt_retention.training.calibration import sigmoid_calibration
from dbt_retention.training.candidates import CANDIDATES
from dbt_retention.training.fitting import Fitting, fit_candidate, probabilities, variants
from dbt_retention.training.metrics import binary_metrics
from dbt_retention.training.rows import LabelledRows
from dbt_retention.training.season import Season
from dbt_retention.training.settings import ChurnSettings

BLEND = "blend"
VALIDATION_DATES = 3
MOST_LOSS = 1.02  # of features that only tell dates apart, relative to the log loss without them
CUSTOMER_GROUPS = 3


@dataclass(frozen=True)
class Choice:
    """The champion, and the scores of all candidates on the folds.

    members: functions that create the champion's unfitted members: itself, or every candidate of the blend.
    labels, log_odds, ratios: out-of-fold, shape (rows,); the log-odds are the champion's, before calibration,
    the ratios those of `Season.ratios`.
    """

    members: dict[str, Callable[[], Any]]
    scores: list[CandidateScore]
    labels: Floats
    log_odds: Floats
    ratios: Floats
    calibration: Calibration


def choose_champion(
    train: LabelledRows,
    folds: list[tuple[date, date]],
    *,
    settings: ChurnSettings,
    horizon_days: int,
    season: Season | None = None,
) -> Choice:
    """Judge all candidates of `settings` on the folds, each in its best variant, and their blend.

    folds: (newest training date, validation date) pairs, see `time_folds`. season: None = not used.
    """
    tried = list(variants(settings.churn_candidates, tuning=settings.churn_tuning))
    labels, predicted, dates, ratios = _out_of_fold(
        train,
        [fresh for _, _, fresh in tried],
        folds,
        how=settings.fitting,
        horizon_days=horizon_days,
        season=season or Season({}),
    )
    best = _best_variants(tried, labels, predicted, dates, ratios)
    blends = {name: [name] for name in best} | ({BLEND: list(best)} if len(best) > 1 else {})
    log_odds = {
        name: mean_log_odds([predicted[best[one]] for one in parts]) for name, parts in blends.items()
    }
    calibrations = {name: sigmoid_calibration(log_odds[name], labels, ratios=ratios) for name in blends}
    calibrated = {name: apply_calibration(calibrations[name], log_odds[name]) ** ratios for name in blends}
    scores = {name: _mean_over_folds(labels, calibrated[name], dates) for name in blends}
    champion = champion_of(labels, calibrated, scores)
    return Choice(
        members={name: tried[best[name]][2] for name in blends[champion]},
        scores=[
            CandidateScore(
                candidate=name,
                champion=name == champion,
                tuned={} if name == BLEND else tried[best[name]][1],
                **figures,
            )
            for name, figures in scores.items()
        ],
        labels=labels,
        log_odds=log_odds[champion],
        ratios=ratios,
        calibration=calibrations[champion],
    )


def do_dates_mislead(
    with_dates: LabelledRows, without: LabelledRows, folds: list[tuple[date, date]], *, horizon_days: int
) -> bool:
    """Whether features that only tell dates apart make the predictions of a later date clearly worse.

    with_dates, without: the same training rows, with and without these features. A logistic regression
    judges, because it extrapolates from the month more than trees do. Where no fold trains on two dates, the
    folds cannot tell, and the answer is yes.
    """
    if all(len(np.unique(without.dates[without.dates <= np.datetime64(newest)])) < 2 for newest, _ in folds):
        return True
    losses = []
    for rows in (with_dates, without):
        labels, [predicted], dates, ratios = _out_of_fold(
            rows,
            [CANDIDATES["logistic_regression"]],
            folds,
            how=Fitting(),
            horizon_days=horizon_days,
            season=Season({}),
        )
        losses.append(_calibrated_loss(labels, predicted, dates, ratios))
    return losses[0] > MOST_LOSS * losses[1]


def time_folds(dates: npt.NDArray[np.datetime64], *, horizon_days: int) -> list[tuple[date, date]]:
    """(newest training date, validation date) of the expanding folds, oldest first.

    A fold trains on the dates whose label window closed on or before its validation date. Where the history
    is too short for such a fold, the newest date is predicted by all older dates, and `_out_of_fold`
    separates the customers.
    """
    known = [moment.astype(date) for moment in np.unique(dates)]
    folds = []
    for validation in known[1:]:
        closed = [day for day in known if day + timedelta(days=horizon_days) <= validation]
        if closed:
            folds.append((closed[-1], validation))
    return folds[-VALIDATION_DATES:] or list(pairwise(known))[-1:]


def _out_of_fold(
    train: LabelledRows,
    tried: list[Callable[[], Any]],
    folds: list[tuple[date, date]],
    *,
    how: Fitting,
    horizon_days: int,
    season: Season,
) -> tuple[Floats, list[Floats], npt.NDArray[np.datetime64], Floats]:
    """Labels, the probabilities by each of `tried`, and the dates and ratios of all validation rows.

    Where the label windows of a fold overlap, the training labels would contain a customer's own later
    purchases. Then each group of customers is predicted by members fitted on the other groups.
    """
    groups = np.asarray([crc32(str(customer).encode()) for customer in train.customers]) % CUSTOMER_GROUPS
    labels, dates, ratios = [], [], []
    predicted: list[list[Floats]] = [[] for _ in tried]
    for newest, validation in folds:
        is_past = train.dates <= np.datetime64(newest)
        is_held_out = train.dates == np.datetime64(validation)
        is_closed = newest + timedelta(days=horizon_days) <= validation
        for group in [None] if is_closed else range(CUSTOMER_GROUPS):
            past = train.where(is_past if group is None else is_past & (groups != group))
            held_out = train.where(is_held_out if group is None else is_held_out & (groups == group))
            if not len(held_out.churned):
                continue
            labels.append(held_out.churned)
            dates.append(held_out.dates)
            ratios.append(season.ratios(held_out.dates, trained_on=past.dates))
            for at, fresh in enumerate(tried):
                fitted = fit_candidate(fresh, past.matrix, past.churned, how=how)
                predicted[at].append(probabilities(fitted, held_out.matrix))
    of_members = [np.concatenate(parts) for parts in predicted]
    return np.concatenate(labels), of_members, np.concatenate(dates), np.concatenate(ratios)


def _best_variants(
    tried: list[tuple[str, dict[str, Any], Callable[[], Any]]],
    labels: Floats,
    predicted: list[Floats],
    dates: npt.NDArray[np.datetime64],
    ratios: Floats,
) -> dict[str, int]:
    """For each candidate, the number in `tried` of the variant with the lowest calibrated log loss."""

    def loss(at: int) -> float:
        return _calibrated_loss(labels, predicted[at], dates, ratios)

    best: dict[str, int] = {}
    for name in dict.fromkeys(name for name, _, _ in tried):
        own = [at for at, variant in enumerate(tried) if variant[0] == name]
        best[name] = own[0] if len(own) == 1 else min(own, key=loss)
    return best


def _calibrated_loss(
    labels: Floats, predicted: Floats, dates: npt.NDArray[np.datetime64], ratios: Floats
) -> float:
    log_odds = mean_log_odds([predicted])
    calibration = sigmoid_calibration(log_odds, labels, ratios=ratios)
    calibrated = apply_calibration(calibration, log_odds) ** ratios
    return _mean_over_folds(labels, calibrated, dates)["log_loss"]


def champion_of(labels: Floats, calibrated: Mapping[str, Floats], scores: Mapping[str, Any]) -> str:
    """The candidate with the lowest log loss on the folds, or the blend if it is within one standard error.

    Among similar candidates, a few dates select the luckiest one; the mean of all has a lower error on the
    next date. The standard error is that of the paired difference per row. labels: shape (rows,). Source: the
    one-standard-error rule of Breiman, Friedman, Olshen & Stone (1984), Classification and Regression Trees,
    sec. 3.4.3.
    """
    lowest = min(scores, key=lambda name: scores[name]["log_loss"])
    if BLEND not in scores or lowest == BLEND:
        return lowest
    likelihood = {
        name: np.where(labels == 1, calibrated[name], 1 - calibrated[name]) for name in (BLEND, lowest)
    }
    difference = np.log(likelihood[lowest]) - np.log(likelihood[BLEND])
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    return BLEND if scores[BLEND]["log_loss"] - scores[lowest]["log_loss"] <= error else lowest


def _mean_over_folds(labels: Floats, scores: Floats, dates: npt.NDArray[np.datetime64]) -> dict[str, float]:
    figures = []
    for day in np.unique(dates):
        rows = dates == day
        metrics = binary_metrics(labels[rows], scores[rows], threshold=0.5)
        kept = {name: metrics[name] for name in ("auc", "average_precision", "brier")}
        figures.append(kept | {"log_loss": float(log_loss(labels[rows], scores[rows]))})
    return {name: float(np.mean([figure[name] for figure in figures])) for name in figures[0]}
