"""Segments: their number, names and similarity."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from dbt_retention.errors import RetentionError, TrainingDataError
from dbt_retention.registry.readme import readme_of
from dbt_retention.registry.store import Registry
from dbt_retention.training.clustering import branches, choose_count, named_places
from dbt_retention.training.segments import no_segment_model, train_segments
from scipy.spatial.distance import cdist

SETTINGS: dict[str, Any] = {"training_policy": "if_missing", "input_orders": "orders", "segment_count": 4}
CORNERS = np.array([[0.2, 0.2, 0.2], [0.8, 0.2, 0.5], [0.5, 0.8, 0.8]])


def around(corners: np.ndarray, *, each: int = 150) -> np.ndarray:
    noise = np.random.default_rng(3).normal(0, 0.05, (len(corners), each, 3))
    return np.clip(corners[:, None] + noise, 0, 1).reshape(-1, 3).astype(np.float32)


def segment_set(ranks: np.ndarray) -> pa.Table:
    columns = {name: pa.array(ranks[:, at]) for at, name in enumerate(("recency", "frequency", "monetary"))}
    keys = {
        "customer_id": pa.array([str(row) for row in range(len(ranks))]),
        "as_of_date": pa.array([date(2024, 1, 1)] * len(ranks)),
    }
    return pa.table(keys | columns)


def test_segments_are_numbered_from_best_to_worst(tmp_path: Path) -> None:
    ranks = np.random.default_rng(0).random((400, 3))
    table = train_segments(segment_set(ranks), settings=SETTINGS, registry=Registry(tmp_path)).to_pylist()
    means = [(row["centre_recency"] + row["centre_frequency"] + row["centre_monetary"]) / 3 for row in table]
    assert [row["segment_number"] for row in table] == [1, 2, 3, 4]
    assert means == sorted(means, reverse=True)


def test_more_segments_than_patterns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"the customers have 1 distinct\s+combination"):
        train_segments(segment_set(np.zeros((50, 3))), settings=SETTINGS, registry=Registry(tmp_path))


def test_segments_are_kept_when_customers_are_too_similar_for_new_ones(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    before = train_segments(
        segment_set(np.random.default_rng(0).random((400, 3))), settings=SETTINGS, registry=registry
    )
    always = SETTINGS | {"training_policy": "always"}
    ranks = np.full((50, 3), 0.5)
    ranks[:25, 2] = np.nan  # counts as the median, so all are the same
    after = train_segments(segment_set(ranks), settings=always, registry=registry)
    assert after["model_version"] == before["model_version"]
    [reason] = set(after["not_trained_because"].to_pylist())
    assert reason.startswith("cannot form 4 segments: the customers have 1 distinct combination(s)")


def test_an_empty_percentile_is_excluded_and_its_centre_is_null(tmp_path: Path) -> None:
    """A shop without amounts has no monetary percentile; segments use the others."""
    rows = segment_set(np.random.default_rng(0).random((400, 3)))
    empty = rows.set_column(
        rows.column_names.index("monetary"), "monetary", pa.array([None] * len(rows), pa.float64())
    )
    table = train_segments(empty, settings=SETTINGS, registry=Registry(tmp_path))
    assert len(table) == 4
    assert table["centre_monetary"].null_count == table["place_monetary"].null_count == 4
    assert table["centre_recency"].null_count == 0
    [card] = Registry(tmp_path).cards("segments")
    assert (card.features, card.left_out_features) == (["recency", "frequency"], ["monetary"])
    assert no_segment_model(empty, "too few").schema == table.schema


def test_a_customer_between_two_segments_gets_the_same_one_in_sql_and_python(tmp_path: Path) -> None:
    """Few customers with evenly spaced percentiles: the parity gate allows no difference."""
    ranks = np.repeat(np.linspace(0, 1, 40)[:, None], 3, axis=1)
    for count in (2, 3, 4, 5):
        settings = SETTINGS | {"training_policy": "always", "segment_count": count}
        table = train_segments(segment_set(ranks), settings=settings, registry=Registry(tmp_path))
        assert len(table) == count


@pytest.mark.parametrize("algorithm", ["kmeans", "ward"])
def test_auto_finds_the_true_number_of_segments(tmp_path: Path, algorithm: str) -> None:
    registry = Registry(tmp_path)
    settings = SETTINGS | {"segment_count": "auto", "segment_algorithm": algorithm}
    table = train_segments(segment_set(around(CORNERS)), settings=settings, registry=registry)
    centres = np.column_stack([table[f"centre_{name}"] for name in ("recency", "frequency", "monetary")])
    assert len(centres) == 3
    assert cdist(centres, CORNERS).min(axis=1).max() < 0.02
    card = registry.champion_card("segments")
    assert card is not None
    assert card.segments is not None
    assert [one.segment_count for one in card.segments.counts_tried] == [3, 4, 5, 6]
    assert card.segments.counts_tried[0].stability > 0.99
    assert "3 (chosen)" in readme_of(card)


def test_four_segments_when_no_count_is_stable() -> None:
    ranks = np.repeat(np.random.default_rng(0).random((60, 1)), 3, axis=1)
    ranks += np.random.default_rng(1).random(ranks.shape) * 2
    count, tried = choose_count(ranks.astype(np.float32), algorithm="kmeans")
    assert max(one.stability for one in tried) < 0.8
    assert count == 4


def test_a_segment_keeps_its_name_while_its_centre_stays_near() -> None:
    moved = CORNERS[::-1] + np.array([[0.05, 0, 0], [0.3, 0, 0], [0, -0.08, 0]])
    places = named_places(moved, CORNERS)
    np.testing.assert_array_equal(places[[0, 2]], CORNERS[[2, 0]])
    np.testing.assert_array_equal(places[1], moved[1])


def test_retraining_on_slightly_moved_customers_changes_no_name(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    always = SETTINGS | {"training_policy": "always", "segment_count": 3}
    before = train_segments(segment_set(around(CORNERS)), settings=always, registry=registry)
    after = train_segments(segment_set(around(CORNERS - 0.06)), settings=always, registry=registry)
    assert before["centre_recency"] != after["centre_recency"]
    for name in ("place_recency", "place_frequency", "place_monetary"):
        assert before[name] == after[name]


def test_a_percentile_that_is_null_for_all_is_excluded_until_it_is_known(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    known = segment_set(around(CORNERS))
    unknown = known.set_column(4, "monetary", pa.nulls(len(known), pa.float32()))
    table = train_segments(unknown, settings=SETTINGS, registry=registry)
    for name in ("centre_monetary", "place_monetary"):
        assert table.schema.field(name).type == pa.float64()
        assert table[name].null_count == len(table) == 4
    assert table["centre_recency"].null_count == 0
    card = registry.champion_card("segments")
    assert card is not None
    assert card.features == ["recency", "frequency"]
    after = train_segments(known, settings=SETTINGS, registry=registry)
    assert after["place_monetary"].null_count == 0, "amounts that become known retrain the segments"


def test_an_altered_champion_does_not_block_retraining_of_segments(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    rows = segment_set(around(np.array([[0.1, 0.1, 0.1], [0.9, 0.9, 0.9], [0.1, 0.9, 0.5], [0.9, 0.1, 0.5]])))
    train_segments(rows, settings=SETTINGS, registry=registry)
    folder = registry.champion_folder("segments")
    assert folder is not None
    (folder / "model.onnx").write_bytes(b"something else")
    with pytest.raises(RetentionError, match="retention train"):
        train_segments(rows, settings=SETTINGS, registry=registry)
    train_segments(rows, settings=SETTINGS | {"training_policy": "always"}, registry=registry)
    assert registry.champion_card("segments") is not None


def test_similar_segments_share_a_branch() -> None:
    centres = np.array([[0.9, 0.9, 0.9], [0.2, 0.1, 0.2], [0.9, 0.8, 0.9], [0.1, 0.3, 0.2]])
    found = branches(centres)
    assert [one.path for one in found] == ["1.1", "2.1", "1.2", "2.2"]
    assert found[0].distance == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"segment_count": "many"}, "segment_count is 'many'"),
        ({"segment_count": 1}, "segment_count is '1'"),
        ({"segment_algorithm": "dbscan"}, "segment_algorithm is 'dbscan'"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(RetentionError, match=words):
        train_segments(segment_set(around(CORNERS)), settings=SETTINGS | wrong, registry=Registry(tmp_path))
