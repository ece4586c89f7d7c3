"""Trains and publishes the models: reads one table, writes one folder, returns what the card says.

Called by the dbt Python models of the training room. Nothing here computes a feature.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute
from duckdb import DuckDBPyRelation
from sklearn.cluster import KMeans
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

from dbt_retention import __version__
from dbt_retention.candidates import BOOSTING, without_empty
from dbt_retention.card import (
    Calibration,
    CandidateScore,
    Card,
    ChurnTraining,
    Parity,
    SegmentTraining,
)
from dbt_retention.errors import (
    DbtModelError,
    ExportParityError,
    ModelAlteredError,
    RetentionError,
    TrainingDataError,
)
from dbt_retention.evaluation import (
    Floats,
    best_f1_threshold,
    best_profit_threshold,
    binary_metrics,
    decision,
    expected_maximum_profit,
    with_intervals,
)
from dbt_retention.explain import permutation_importance
from dbt_retention.export import (
    PROBABILITY_TOLERANCE,
    ChurnBlend,
    apply_calibration,
    export_churn,
    export_clusters,
    mean_log_odds,
)
from dbt_retention.fitting import Fitting, fit_candidate, probabilities, variants
from dbt_retention.plots import churn_plots
from dbt_retention.policy import ALWAYS, NO_CHAMPION, NO_FIT, Evidence, why_retrain
from dbt_retention.registry import Registry
from dbt_retention.scoring import LIBRARIES, Matrix, as_matrix, load
from dbt_retention.segmentation import branches, choose_count, fit_segments, named_places, put_in_order
from dbt_retention.settings import ChurnSettings, SegmentSettings, Settings, read_settings

CHURN = "churn"
SEGMENTS = "segments"
SHOP_FACTS = ("churn_horizon_days", "history_days", "buyers_count", "drifted_features_count")
KEYS = ("customer_id", "as_of_date", "split", "is_churned", *SHOP_FACTS)
BLEND = "blend"
BEST_F1, BEST_PROFIT = "best_f1", "best_profit"
ROWS_OF_ONE_THREAD = 100_000
VALIDATION_DATES = 3
CUSTOMER_GROUPS = 3
FEWEST_SEGMENTS = 2


@dataclass(frozen=True)
class ShopFacts:
    """What the training set says of the whole shop, the same in every row."""

    churn_horizon_days: int
    history_days: int
    buyers_count: int
    drifted_features_count: int

    @classmethod
    def of(cls, rows: pa.Table) -> ShopFacts:
        """The facts that stand in `rows`; there must be one row at least."""
        return cls(**{name: int(rows[name][0].as_py()) for name in SHOP_FACTS})


class Train(Protocol):
    """train_churn, train_segments or train_sentiment."""

    def __call__(self, rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table: ...


@dataclass(frozen=True)
class LabelledRows:
    """Rows of one split: one customer at one date each."""

    customers: npt.NDArray[np.object_]
    dates: npt.NDArray[np.datetime64]
    matrix: Matrix
    churned: Floats

    def where(self, keep: npt.NDArray[np.bool_]) -> LabelledRows:
        """The rows for which `keep` is true."""
        return LabelledRows(self.customers[keep], self.dates[keep], self.matrix[keep], self.churned[keep])


def run_dbt_model(
    train: Train,
    rows: Any,
    *,
    session: Any,
    settings: Mapping[str, Any],
    key: str = "as_of_date, customer_id",
) -> Any:
    """Body of a dbt Python model: `train` on `rows`, into the registry that the session names.

    rows, session: a relation and a connection of DuckDB, or a DataFrame and a session of Spark; dbt can
    write there what is returned. key: columns that tell rows apart, for training sees them in this order.
    """
    try:
        if isinstance(rows, DuckDBPyRelation):
            [(models_path,)] = session.sql("select onnx_models_path()").fetchall()
            ordered = rows.order(key).to_arrow_table()
            with _threads_for(ordered):
                return train(ordered, settings=settings, registry=Registry(Path(models_path)))
        registry = Registry(Path(session.conf.get("spark.retention.models_path")))
        ordered = rows.orderBy(*key.split(", ")).toArrow()
        with _threads_for(ordered):
            return session.createDataFrame(train(ordered, settings=settings, registry=registry))
    except RetentionError as error:
        raise DbtModelError(str(error)) from None


def _threads_for(rows: pa.Table) -> AbstractContextManager[Any]:
    """One thread for few rows: they wait for each other, and for dbt's own, longer than they work."""
    return threadpool_limits(limits=1) if rows.num_rows <= ROWS_OF_ONE_THREAD else nullcontext()


def train_churn(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """Train the churn model where the policy says so; one row per candidate of the champion.

    rows: `ml_training_set`, one row per customer and date, columns KEYS and any numeric features.
    settings: the fields of ChurnSettings. Raises TrainingDataError where the data do not suffice,
    RetentionError where a setting is wrong; then nothing was published and the champion stays.
    """
    chosen = read_settings(ChurnSettings, dict(settings))
    features = [name for name in rows.column_names if name not in KEYS]
    test_dates = _dates(rows.filter(_is_split(rows, "test")))
    if not len(test_dates):
        raise TrainingDataError(
            "cannot train: no test date has a closed label window of churn_horizon_days. More history is "
            "needed, or a smaller churn_horizon_days; mart_data_readiness says what is there"
        )
    horizon_days = ShopFacts.of(rows).churn_horizon_days
    test_date = test_dates.max().astype(date)

    def still_right(card: Card) -> bool:
        churn = card.churn
        return (
            churn is not None
            and set(card.features) == set(features)
            and churn.churn_definition == chosen.churn_definition
            and churn.churn_definition_settings == chosen.definition_settings
            and churn.churn_horizon_days == horizon_days
            and churn.lookback_days == chosen.lookback_days
            and churn.orders_input == chosen.orders_input
            and card.profit_assumptions == chosen.profit_assumptions
            and _label_end(churn.training_dates[-1], horizon_days) <= test_date
        )

    card = champion_or_none(CHURN, chosen, registry, still_right=still_right)
    because = _why_train_churn(card, rows, settings=chosen, registry=registry)
    if card is None or because:
        card = _train_churn(rows, features=features, settings=chosen, registry=registry, because=because)
    return _churn_table(card)


def train_segments(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """Train the segments where the policy says so; one row per segment of the champion.

    rows: `ml_segment_set`, one row per customer, columns KEYS and percent ranks. Segments are
    numbered from the best (highest mean rank) to the worst, so that a number keeps its meaning. A segment
    that the champion knows is numbered, and named in SQL, after where it was when it was first named.
    """
    chosen = read_settings(SegmentSettings, dict(settings))
    features = [name for name in rows.column_names if name not in KEYS]

    def still_right(card: Card) -> bool:
        trained = card.segments
        return (
            trained is not None
            and set(card.features) == set(features)
            and trained.asked_count == chosen.asked_count
            and trained.algorithm == chosen.segment_algorithm
            and trained.orders_input == chosen.orders_input
        )

    card = champion_or_none(SEGMENTS, chosen, registry, still_right=still_right)
    if card is None:
        card = _train_segments(rows, features=features, settings=chosen, registry=registry)
    return _segment_table(card)


def champion_or_none(
    model: str, settings: Settings, registry: Registry, *, still_right: Callable[[Card], bool]
) -> Card | None:
    """The champion's card where the policy keeps it, None where a new one is to be trained."""
    if settings.training_policy == "always":
        return None
    card = registry.champion_card(model)
    if settings.training_policy == "never":
        if card is None:
            raise TrainingDataError(
                f"training_policy is 'never' and {registry.root} holds no model '{model}'. "
                "Train one first: retention train"
            )
        return card
    return card if card is not None and still_right(card) else None


def time_folds(dates: npt.NDArray[np.datetime64], *, horizon_days: int) -> list[tuple[date, date]]:
    """(newest training date, validation date) of the expanding folds, oldest first.

    A fold trains on the dates whose label window closed on or before its validation date. Where the
    history is too short for any, the newest date is predicted by all older ones, and `_out_of_fold` keeps
    the customers apart.
    """
    known = [moment.astype(date) for moment in np.unique(dates)]
    folds = []
    for validation in known[1:]:
        closed = [day for day in known if day + timedelta(days=horizon_days) <= validation]
        if closed:
            folds.append((closed[-1], validation))
    return folds[-VALIDATION_DATES:] or list(pairwise(known))[-1:]


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
    train, test = (rows.filter(_is_split(rows, split)) for split in ("train", "test"))
    champion = load(registry.version_folder(CHURN, card.version))
    evidence = Evidence(
        newest_training_date=_dates(train).max().astype(date),
        drifted_features=ShopFacts.of(rows).drifted_features_count,
        features=len(card.features),
        test_date=_dates(test).max().astype(date),
        churned=test["is_churned"].cast(pa.float64()).to_numpy(),
        scores=champion.probabilities(champion.matrix(test)).astype(np.float64),
    )
    return why_retrain(card, evidence, settings.retraining_limits) or ""


def _train_churn(
    rows: pa.Table, *, features: list[str], settings: ChurnSettings, registry: Registry, because: str
) -> Card:
    train = _labelled(rows.filter(_is_split(rows, "train")), features)
    test = _labelled(rows.filter(_is_split(rows, "test")), features)
    shop = ShopFacts.of(rows)
    folds = time_folds(train.dates, horizon_days=shop.churn_horizon_days)
    _refuse_too_little(train, test, folds, shop=shop, settings=settings)

    tried = list(variants(settings.churn_candidates, tuning=settings.churn_tuning))
    labels, predicted, fold_of_row = _out_of_fold(
        train,
        [fresh for _, _, fresh in tried],
        folds,
        how=settings.fitting,
        horizon_days=shop.churn_horizon_days,
    )
    best = _best_variants(tried, labels, predicted, fold_of_row)
    members = {name: tried[at][2] for name, at in best.items()}
    out_of_fold = {name: predicted[at] for name, at in best.items()}
    blends = {name: [name] for name in members} | ({BLEND: list(members)} if len(members) > 1 else {})
    calibrations = {
        name: _sigmoid_calibration(mean_log_odds([out_of_fold[m] for m in parts]), labels)
        for name, parts in blends.items()
    }
    calibrated = {
        name: apply_calibration(calibrations[name], mean_log_odds([out_of_fold[m] for m in parts]))
        for name, parts in blends.items()
    }
    scores = {name: _mean_over_folds(labels, calibrated[name], fold_of_row) for name in blends}
    champion = champion_of(labels, calibrated, scores)
    blend = ChurnBlend(
        members={
            f"{name}/{number}": estimator
            for name in blends[champion]
            for number, estimator in enumerate(
                fit_candidate(members[name], train.matrix, train.churned, how=settings.fitting)
            )
        },
        calibration=calibrations[champion],
    )
    log_odds = mean_log_odds([out_of_fold[name] for name in blends[champion]])
    blend, onnx_bytes, parity = _exported(
        blend,
        np.vstack([train.matrix, test.matrix]),
        isotonic=_isotonic_calibration(calibrations[champion], log_odds, labels)
        if settings.churn_calibration == "isotonic"
        else None,
    )
    assumed = settings.profit_assumptions
    predicted_champion = apply_calibration(blend.calibration, log_odds)
    thresholds = {
        BEST_F1: best_f1_threshold(labels, predicted_champion),
        BEST_PROFIT: best_profit_threshold(labels, predicted_champion, assumed=assumed),
    }
    # A hair below: many rows may share the score, and the graph may round it down.
    thresholds = {name: at - PROBABILITY_TOLERANCE for name, at in thresholds.items()}
    threshold = thresholds[BEST_F1]

    test_date = test.dates.max().astype(date)
    test_scores = blend.predict(test.matrix)
    importance = permutation_importance(onnx_bytes, test.matrix, test.churned, features=features)
    card = _card(
        model=CHURN,
        kind="probability",
        day=test_date,
        onnx_bytes=onnx_bytes,
        features=features,
        matrix=train.matrix,
        parity=parity,
        boosting=[name for name in blends[champion] if name in BOOSTING],
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
        candidates=[
            CandidateScore(
                candidate=name,
                champion=name == champion,
                tuned={} if name == BLEND else tried[best[name]][1],
                **figures,
            )
            for name, figures in scores.items()
        ],
        calibration=blend.calibration,
        threshold=threshold,
        test_metrics=with_intervals(
            lambda truth, score: binary_metrics(truth, score, threshold=threshold),
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


def _train_segments(
    rows: pa.Table, *, features: list[str], settings: SegmentSettings, registry: Registry
) -> Card:
    matrix = _matrix(rows, features)
    distinct = len(np.unique(matrix, axis=0))
    if distinct < (settings.asked_count or FEWEST_SEGMENTS):
        raise TrainingDataError(
            f"cannot form {settings.asked_count or FEWEST_SEGMENTS} segments: the customers show {distinct} "
            "distinct pattern(s). Lower the var segment_count, or wait for more customers"
        )
    count, tried = (
        choose_count(matrix, algorithm=settings.segment_algorithm)
        if settings.asked_count is None
        else (settings.asked_count, [])
    )
    pipeline = fit_segments(matrix, count=count, algorithm=settings.segment_algorithm)
    kmeans: KMeans = pipeline[-1]
    places = named_places(kmeans.cluster_centers_, _known_places(registry, features))
    places = put_in_order(pipeline, places)
    onnx_bytes, parity = export_clusters(pipeline, matrix)
    day = _dates(rows).max().astype(date)
    card = _card(
        model=SEGMENTS,
        kind="cluster",
        day=day,
        onnx_bytes=onnx_bytes,
        features=features,
        matrix=matrix,
        parity=parity,
        segments=SegmentTraining(
            as_of_date=day.isoformat(),
            orders_input=settings.orders_input,
            rows=len(matrix),
            algorithm=settings.segment_algorithm,
            asked_count=settings.asked_count,
            segment_count=count,
            counts_tried=tried,
            centres=kmeans.cluster_centers_.tolist(),
            places=places.tolist(),
            branches=branches(kmeans.cluster_centers_),
        ),
        intended_use="Group customers of alike recency, frequency and spend, to address each in its way.",
        limits="A description, not a prediction; neighbours near a border are alike.",
    )
    registry.publish(card, onnx_bytes)
    return card


def _known_places(registry: Registry, features: list[str]) -> Floats:
    """The places that the champion's segments are named after; none where it knows other features."""
    card = registry.champion_card(SEGMENTS)
    if card is None or card.segments is None or card.features != features:
        return np.empty((0, len(features)))
    return np.array(card.segments.places)


def _out_of_fold(
    train: LabelledRows,
    tried: list[Callable[[], Any]],
    folds: list[tuple[date, date]],
    *,
    how: Fitting,
    horizon_days: int,
) -> tuple[Floats, list[Floats], npt.NDArray[np.datetime64]]:
    """Labels, the probabilities by each of `tried`, and the dates of all validation rows.

    Where label windows of a fold overlap, a customer's own later purchases would stand in the training
    labels: each group of customers is then predicted by what the other groups taught.
    """
    groups = np.asarray([crc32(str(customer).encode()) for customer in train.customers]) % CUSTOMER_GROUPS
    labels, dates = [], []
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
            for at, fresh in enumerate(tried):
                fitted = fit_candidate(fresh, past.matrix, past.churned, how=how)
                predicted[at].append(probabilities(fitted, held_out.matrix))
    return np.concatenate(labels), [np.concatenate(parts) for parts in predicted], np.concatenate(dates)


def champion_of(labels: Floats, calibrated: Mapping[str, Floats], scores: Mapping[str, Any]) -> str:
    """The lowest log loss on the folds; the blend where it lies within one standard error of that.

    A few dates tell the best of several alike by luck, and a mean of all errs less on the next date. The
    error is of the paired difference, customer by customer. Source: the one-standard-error rule of Breiman,
    Friedman, Olshen & Stone (1984), Classification and Regression Trees, sec. 3.4.3.
    """
    lowest = min(scores, key=lambda name: scores[name]["log_loss"])
    if BLEND not in scores or lowest == BLEND:
        return lowest
    given = {name: np.where(labels == 1, calibrated[name], 1 - calibrated[name]) for name in (BLEND, lowest)}
    lost = np.log(given[lowest]) - np.log(given[BLEND])
    error = lost.std(ddof=1) / np.sqrt(len(lost))
    return BLEND if scores[BLEND]["log_loss"] - scores[lowest]["log_loss"] <= error else lowest


def _best_variants(
    tried: list[tuple[str, dict[str, Any], Callable[[], Any]]],
    labels: Floats,
    predicted: list[Floats],
    dates: npt.NDArray[np.datetime64],
) -> dict[str, int]:
    """Of each candidate the variant of lowest calibrated log loss on the folds; the first of equals."""

    def loss(at: int) -> float:
        log_odds = mean_log_odds([predicted[at]])
        calibrated = apply_calibration(_sigmoid_calibration(log_odds, labels), log_odds)
        return _mean_over_folds(labels, calibrated, dates)["log_loss"]

    best: dict[str, int] = {}
    for name in dict.fromkeys(name for name, _, _ in tried):
        own = [at for at, variant in enumerate(tried) if variant[0] == name]
        best[name] = own[0] if len(own) == 1 else min(own, key=loss)
    return best


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
            f"{len(np.unique(train.dates))} training date(s), so that none can be predicted by older ones"
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


def _mean_over_folds(labels: Floats, scores: Floats, dates: npt.NDArray[np.datetime64]) -> dict[str, float]:
    figures = []
    for day in np.unique(dates):
        rows = dates == day
        metrics = binary_metrics(labels[rows], scores[rows], threshold=0.5)
        kept = {name: metrics[name] for name in ("auc", "average_precision", "brier")}
        figures.append(kept | {"log_loss": float(log_loss(labels[rows], scores[rows]))})
    return {name: float(np.mean([figure[name] for figure in figures])) for name in figures[0]}


def _sigmoid_calibration(log_odds: Floats, labels: Floats) -> Calibration:
    """Platt's sigmoid on out-of-fold log-odds. Source: Platt (1999), Probabilistic Outputs for SVMs."""
    fitted = LogisticRegression(C=1e6, max_iter=1000).fit(log_odds.reshape(-1, 1), labels)
    return Calibration(
        slope=float(fitted.coef_[0, 0]), intercept=float(fitted.intercept_[0]), rows=len(labels)
    )


def _isotonic_calibration(sigmoid: Calibration, log_odds: Floats, labels: Floats) -> Calibration:
    """Churned shares that only rise with out-of-fold log-odds, as knots in float32.

    A knot is the middle of a run of rows with one share: lines between middles rise less steeply than steps
    between edges, which float32 could not follow. No share is nearer to 0 or 1 than half a row.
    Source: Oron & Flournoy (2017), Centered Isotonic Regression.
    """
    least = 0.5 / len(labels)
    shares = IsotonicRegression(y_min=least, y_max=1 - least).fit_transform(log_odds, labels)
    levels, run = np.unique(shares, return_inverse=True)
    middles = (np.bincount(run, log_odds) / np.bincount(run)).astype(np.float32)
    is_first = np.append(True, np.diff(middles) > 0)
    knots = list(zip(middles[is_first].tolist(), levels[is_first].tolist(), strict=True))
    return sigmoid.model_copy(update={"knots": knots if len(knots) > 1 else []})


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


def _card(
    *,
    model: str,
    day: date,
    onnx_bytes: bytes,
    matrix: Matrix,
    parity: Parity,
    boosting: Sequence[str] = (),
    **fields: Any,
) -> Card:
    digest = hashlib.sha256(onnx_bytes).hexdigest()
    medians = np.nanmedian(without_empty(matrix.astype(np.float64)), axis=0)
    return Card(
        model=model,
        version=f"{day.isoformat()}-{digest[:8]}",
        onnx_sha256=digest,
        feature_medians=[float(value) for value in medians],
        trained_at=datetime.now(UTC).isoformat(timespec="seconds"),
        parity=parity,
        libraries={name: version(name) for name in LIBRARIES}
        | {name: str(import_module(name).__version__) for name in boosting}
        | {"dbt-retention": __version__},
        **fields,
    )


def _churn_table(card: Card) -> pa.Table:
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
            }
            for candidate in card.candidates
        ]
    )


def _segment_table(card: Card) -> pa.Table:
    trained = card.segments
    if trained is None:
        raise ModelAlteredError(f"the card of {card.model} {card.version} is not of segments")
    return pa.Table.from_pylist(
        [
            {
                "model": card.model,
                "model_version": card.version,
                "segment_number": number,
                "trained_as_of_date": date.fromisoformat(trained.as_of_date),
                "training_rows_count": trained.rows,
                "onnx_sha256": card.onnx_sha256,
                "branch_path": branch.path,
                "branch_distance": branch.distance,
            }
            | {f"centre_{name}": value for name, value in zip(card.features, centre, strict=True)}
            | {f"place_{name}": value for name, value in zip(card.features, place, strict=True)}
            for number, (centre, place, branch) in enumerate(
                zip(trained.centres, trained.places, trained.branches, strict=True), start=1
            )
        ]
    )


def _labelled(rows: pa.Table, features: list[str]) -> LabelledRows:
    return LabelledRows(
        customers=np.asarray(rows["customer_id"].to_pylist(), dtype=object),
        dates=_dates(rows),
        matrix=_matrix(rows, features),
        churned=rows["is_churned"].cast(pa.float64()).to_numpy(),
    )


def _matrix(rows: pa.Table, features: list[str]) -> Matrix:
    if not features:
        return np.empty((len(rows), 0), dtype=np.float32)
    return as_matrix(rows, features)


def _dates(rows: pa.Table) -> npt.NDArray[np.datetime64]:
    return np.asarray(rows["as_of_date"].cast(pa.date32()).to_numpy(), dtype="datetime64[D]")


def _is_split(rows: pa.Table, split: str) -> pa.ChunkedArray:
    return pa.compute.equal(rows["split"], split)


def _label_end(training_date: str, horizon_days: int) -> date:
    return date.fromisoformat(training_date) + timedelta(days=horizon_days)
