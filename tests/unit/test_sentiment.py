"""Sentiment is learned from ratings, in English and Chinese, and read from ONNX in SQL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from dbt_retention.duckdb_plugin import register
from dbt_retention.errors import ModelAlteredError, RetentionError
from dbt_retention.registry.scoring import Scorer
from dbt_retention.registry.store import Registry
from dbt_retention.training.sentiment import train_sentiment

GOOD = (
    "great milk, fresh and cheap",
    "good service {n}",
    "很好，物流快 {n}",
    "质量不错，下次再来",
    "love it {n}",
)
BAD = (
    "bad milk, sour and dear",
    "poor service {n}",
    "太差了，物流慢 {n}",
    "质量糟糕，不会再买",
    "hate it {n}",
)
SETTINGS: dict[str, Any] = {
    "training_policy": "if_missing",
    "input_orders": "my_orders",
    "input_reviews": "my_reviews",
    "low_rating": 2,
    "high_rating": 4,
    "sentiment_min_reviews": 100,
}


def reviews(count: int) -> pa.Table:
    """Reviews, half of them good and half bad."""
    texts = [text.format(n=n) for n in range(count) for text in (GOOD[n % 5], BAD[n % 5])][:count]
    return pa.table({"review_text": texts, "is_positive": [n % 2 == 0 for n in range(count)]})


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    registry = Registry(tmp_path_factory.mktemp("models"))
    train_sentiment(reviews(200), settings=SETTINGS, registry=registry)
    return registry


def test_good_and_bad_reviews_are_separated_in_both_languages(registry: Registry) -> None:
    model = Scorer(registry).model("sentiment")
    good = model.sentiments(["what a great service, love it", "很好，质量不错"])
    bad = model.sentiments(["sour milk, i hate it", "太差了，不会再买"])
    assert min(value or 0 for value in good) > 0.7
    assert max(value or 1 for value in bad) < 0.3
    assert model.sentiments([None]) == [None]


def test_the_card_shows_the_quality_on_unseen_reviews(registry: Registry) -> None:
    card = registry.champion_card("sentiment")
    assert card is not None
    assert card.sentiment is not None
    assert card.sentiment.rows == 200
    assert card.sentiment.auc > 0.9
    assert card.parity.max_difference <= 1e-5


def test_a_text_scores_the_same_in_any_row_of_a_batch(registry: Registry) -> None:
    alone = Scorer(registry).model("sentiment").sentiments(["good service 3"])
    with duckdb.connect() as connection:
        register(connection, models_path=registry.root)
        rows = connection.execute(
            "select onnx_sentiment(version, text) from (select 'v' as version, "
            "if(n % 7 = 0, 'good service 3', 'text ' || n) as text, n from range(1000) as t(n)) "
            "where n % 7 = 0"
        ).fetchall()
    assert {value for (value,) in rows} == set(alone)


def test_without_a_model_every_sentiment_is_null(tmp_path: Path) -> None:
    found = train_sentiment(reviews(40), settings=SETTINGS, registry=Registry(tmp_path))
    assert found.to_pylist() == [{"model_version": None, "rated_reviews_count": 40, "auc": None}]
    with duckdb.connect() as connection:
        register(connection, models_path=tmp_path)
        query = "select onnx_sentiment(null::varchar, text) from (values ('good'), (null)) as t(text)"
        assert connection.execute(query).fetchall() == [(None,), (None,)]


def test_reviews_of_one_class_train_no_model(tmp_path: Path) -> None:
    only_good = pa.table({"review_text": ["good"] * 200, "is_positive": [True] * 200})
    found = train_sentiment(only_good, settings=SETTINGS, registry=Registry(tmp_path))
    assert found["model_version"].to_pylist() == [None]


@pytest.mark.parametrize(
    "texts",
    [[""] * 200, ["ok"] * 200, [chr(0x4E00 + number) for number in range(200)]],
    ids=["blank", "two letters", "nothing in common"],
)
def test_texts_without_content_train_no_model_and_stop_no_build(tmp_path: Path, texts: list[str]) -> None:
    rows = pa.table({"review_text": texts, "is_positive": [number % 2 == 0 for number in range(200)]})
    found = train_sentiment(rows, settings=SETTINGS, registry=Registry(tmp_path))
    assert found["model_version"].to_pylist() == [None]
    assert not list(tmp_path.rglob("*.onnx"))


def test_the_same_text_in_every_review_stops_no_build(tmp_path: Path) -> None:
    rows = pa.table(
        {"review_text": ["good"] * 200, "is_positive": [number % 2 == 0 for number in range(200)]}
    )
    found = train_sentiment(rows, settings=SETTINGS, registry=Registry(tmp_path))
    assert found["auc"].to_pylist() == pytest.approx([0.5])


def test_the_champion_stays_until_the_policy_or_the_input_changes(registry: Registry) -> None:
    before = registry.champion_folder("sentiment")
    more = train_sentiment(reviews(300), settings=SETTINGS, registry=registry)
    assert before is not None
    assert more["model_version"].to_pylist() == [before.name]
    for policy in ("auto", "never"):
        kept = train_sentiment(
            reviews(300), settings=SETTINGS | {"training_policy": policy}, registry=registry
        )
        assert kept["model_version"].to_pylist() == [before.name]


def test_too_few_reviews_to_retrain_keep_the_champion(registry: Registry) -> None:
    before = registry.champion_folder("sentiment")
    settings = SETTINGS | {"training_policy": "always"}
    few = train_sentiment(reviews(40), settings=settings, registry=registry)
    assert before is not None
    assert few["model_version"].to_pylist() == [before.name]


def test_other_ratings_retrain_and_a_card_without_ratings_is_kept(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    first = train_sentiment(reviews(200), settings=SETTINGS, registry=registry)
    other = train_sentiment(reviews(220), settings=SETTINGS | {"high_rating": 5}, registry=registry)
    assert other["model_version"].to_pylist() != first["model_version"].to_pylist()
    folder = registry.champion_folder("sentiment")
    assert folder is not None
    card = json.loads((folder / "card.json").read_text())
    assert (card["sentiment"].pop("low_rating"), card["sentiment"].pop("high_rating")) == (2, 5)
    (folder / "card.json").write_text(json.dumps(card))
    kept = train_sentiment(reviews(240), settings=SETTINGS | {"low_rating": 1}, registry=registry)
    assert kept["model_version"].to_pylist() == other["model_version"].to_pylist()


def test_auto_trains_where_no_model_fits(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    train_sentiment(reviews(200), settings=SETTINGS | {"training_policy": "auto"}, registry=registry)
    assert registry.champion_card("sentiment") is not None


def test_an_altered_model_is_refused(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    train_sentiment(reviews(200), settings=SETTINGS, registry=registry)
    folder = registry.champion_folder("sentiment")
    assert folder is not None
    (folder / "model.onnx").write_bytes(b"something else")
    with pytest.raises(ModelAlteredError, match="was altered"):
        train_sentiment(reviews(200), settings=SETTINGS, registry=registry)
    train_sentiment(reviews(200), settings=SETTINGS | {"training_policy": "always"}, registry=registry)
    assert registry.champion_card("sentiment") is not None


def test_a_churn_model_cannot_score_texts(registry: Registry) -> None:
    assert json.loads((registry.root / "sentiment" / "champion.json").read_text())["model"] == "sentiment"
    with pytest.raises(RetentionError, match="returns a sentiment, not a probability"):
        Scorer(registry).model("sentiment").require("probability")
