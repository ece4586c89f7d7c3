"""Trains the segment model: centres, names that survive retraining, and the tree of the segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from sklearn.cluster import KMeans

from dbt_retention.arrays import Floats
from dbt_retention.errors import ModelAlteredError, TrainingDataError
from dbt_retention.registry.card import Card, SegmentTraining
from dbt_retention.registry.store import Registry
from dbt_retention.training.champion import champion_or_none, new_card
from dbt_retention.training.clustering import branches, choose_count, fit_segments, named_places, put_in_order
from dbt_retention.training.export import export_clusters
from dbt_retention.training.rows import (
    dates_of,
    feature_matrix,
    feature_names,
    learnable_features,
    still_fits,
)
from dbt_retention.training.settings import SegmentSettings, read_settings

SEGMENTS = "segments"
MIN_SEGMENTS = 2


def train_segments(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """Train the segments where the var training_policy asks for it; one row per segment of the champion.

    rows: `ml_segment_set`, one row per customer: `rows.KEYS` and percentiles. settings: the fields of
    SegmentSettings. Segments are numbered by the mean of their place, descending: 1 is the best. A place is
    the centre at which the segment got its name. Where no segments can be formed, a champion that still fits
    is kept; without one TrainingDataError is raised.
    """
    chosen = read_settings(SegmentSettings, settings)
    offered = feature_names(rows)
    features = learnable_features(rows, offered)

    def is_valid(card: Card) -> bool:
        trained = card.segments
        return (
            trained is not None
            and still_fits(card, offered=offered, filled=features)
            and trained.asked_count == chosen.asked_count
            and trained.algorithm == chosen.segment_algorithm
            and trained.orders_input == chosen.orders_input
        )

    card = champion_or_none(SEGMENTS, chosen, registry, is_valid=is_valid)
    refusal = None
    if card is None:
        try:
            card = _train_segments(
                rows, offered=offered, features=features, settings=chosen, registry=registry
            )
        except TrainingDataError as error:
            kept = registry.usable_champion_card(SEGMENTS)
            if kept is None or not is_valid(kept):
                raise
            card, refusal = kept, str(error)
    return _segment_table(card, columns=offered, refusal=refusal)


def _train_segments(
    rows: pa.Table, *, offered: list[str], features: list[str], settings: SegmentSettings, registry: Registry
) -> Card:
    matrix = feature_matrix(rows, features)
    # A null counts as the median, as in fit_segments.
    complete = np.where(np.isnan(matrix), np.nanmedian(matrix, axis=0), matrix) if features else matrix
    distinct = len(np.unique(complete, axis=0)) if features else 0
    if distinct < (settings.asked_count or MIN_SEGMENTS):
        raise TrainingDataError(
            f"cannot form {settings.asked_count or MIN_SEGMENTS} segments: the customers have {distinct} "
            "distinct combination(s) of features. Lower the var segment_count, or add customers"
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
    day = dates_of(rows).max().astype(date)
    card = new_card(
        model=SEGMENTS,
        kind="cluster",
        learned_from=day.isoformat(),
        onnx_bytes=onnx_bytes,
        features=features,
        matrix=matrix,
        offered=offered,
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
        intended_use="Group customers with similar recency, frequency and spend, to address each group.",
        limits="A description, not a prediction. Customers near the border of two segments are similar.",
    )
    registry.publish(card, onnx_bytes)
    return card


def _known_places(registry: Registry, features: list[str]) -> Floats:
    """The places of the champion's segments; none where the champion has other features."""
    card = registry.usable_champion_card(SEGMENTS)
    if card is None or card.segments is None or card.features != features:
        return np.empty((0, len(features)))
    return np.array(card.segments.places)


def no_segment_model(rows: pa.Table, reason: str) -> pa.Table:
    """One row for the case that no segments could be formed; not_trained_because holds `reason`."""
    return pa.Table.from_pylist(
        [{"model": SEGMENTS, "not_trained_because": reason}], schema=_columns(feature_names(rows))
    )


def _columns(offered: Sequence[str]) -> pa.Schema:
    return pa.schema(
        {
            "model": pa.string(),
            "model_version": pa.string(),
            "segment_number": pa.int64(),
            "trained_as_of_date": pa.date32(),
            "training_rows_count": pa.int64(),
            "onnx_sha256": pa.string(),
            "branch_path": pa.string(),
            "branch_distance": pa.float64(),
        }
        | {f"{place}_{name}": pa.float64() for place in ("centre", "place") for name in offered}
        | {"not_trained_because": pa.string()}
    )


def _segment_table(card: Card, *, columns: Sequence[str], refusal: str | None) -> pa.Table:
    """One row per segment. The centre of a feature that the model does not use is null."""
    trained = card.segments
    if trained is None:
        raise ModelAlteredError(
            f"the card of {card.model} {card.version} is not that of a segment model. Run: retention train"
        )
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
                "not_trained_because": refusal,
            }
            | {f"centre_{name}": value for name, value in zip(card.features, centre, strict=True)}
            | {f"place_{name}": value for name, value in zip(card.features, place, strict=True)}
            for number, (centre, place, branch) in enumerate(
                zip(trained.centres, trained.places, trained.branches, strict=True), start=1
            )
        ],
        schema=_columns(columns),
    )
