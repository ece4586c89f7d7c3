"""Trains the sentiment model: TF-IDF of character n-grams and logistic regression, with ratings as labels.

Character n-grams need no word boundaries, so that one model reads English and Chinese. Texts must be in lower
case with single spaces (the SQL macro clean_text), because the tokenizer of ONNX changes neither.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline

from dbt_retention.registry.card import Card, Parity, SentimentTraining
from dbt_retention.registry.scoring import SENTIMENT, read_texts, session
from dbt_retention.registry.store import Registry
from dbt_retention.training import RANDOM_STATE
from dbt_retention.training.champion import new_card
from dbt_retention.training.export import IR_VERSION, OPSETS, sort_opsets
from dbt_retention.training.parity import PROBABILITY_TOLERANCE, compare
from dbt_retention.training.settings import SentimentSettings, read_settings

FOLDS = 5
MAX_NGRAMS = 20_000


def train_sentiment(rows: pa.Table, *, settings: Mapping[str, Any], registry: Registry) -> pa.Table:
    """Train the sentiment model where the var training_policy asks for it; one row with the champion.

    rows: `int_retention__rated_reviews`, one row per review: review_text (cleaned) and is_positive. Nothing
    is trained with fewer than sentiment_min_reviews reviews, fewer than FOLDS of one class, or texts without
    common character trigrams. Without a champion model_version is null, and so is every sentiment.
    """
    chosen = read_settings(SentimentSettings, settings)
    is_anew = chosen.training_policy == "always"
    card = registry.usable_champion_card(SENTIMENT) if is_anew else registry.champion_card(SENTIMENT)
    positive = np.asarray(rows["is_positive"].to_pylist(), dtype=bool)
    is_enough = (
        len(positive) >= chosen.sentiment_min_reviews and min(positive.sum(), (~positive).sum()) >= FOLDS
    )
    is_right = card is not None and card.sentiment is not None and _learned_from(card.sentiment, chosen)
    if is_anew or (chosen.training_policy != "never" and not is_right):
        texts = rows["review_text"].to_pylist()
        if is_enough and _share_trigrams(texts):
            card = _train(texts, positive, chosen, registry)
        elif not is_right:
            card = None
    return pa.table(
        {
            "model_version": pa.array([card.version if card else None], pa.string()),
            "rated_reviews_count": pa.array([len(positive)], pa.int64()),
            "auc": pa.array([card.sentiment.auc if card and card.sentiment else None], pa.float64()),
        }
    )


def _learned_from(learned: SentimentTraining, settings: SentimentSettings) -> bool:
    """Whether a model was trained with this input and these ratings; true for cards without ratings."""
    return learned.reviews_input == settings.reviews_input and (
        (learned.low_rating, learned.high_rating)
        in ((settings.low_rating, settings.high_rating), (None, None))
    )


def _share_trigrams(texts: list[str]) -> bool:
    """Whether enough texts share a character trigram; false where all texts are blank or "ok"."""
    try:
        CountVectorizer(analyzer="char", ngram_range=(3, 3), min_df=2 * FOLDS, lowercase=False).fit(texts)
    except ValueError:  # no common trigram
        return False
    return True


def _train(
    texts: list[str], positive: npt.NDArray[np.bool_], settings: SentimentSettings, registry: Registry
) -> Card:
    pipeline = Pipeline(
        [
            (
                "tfidf",
                TfidfVectorizer(
                    analyzer="char", ngram_range=(1, 3), min_df=2, max_features=MAX_NGRAMS, lowercase=False
                ),
            ),
            ("logistic", LogisticRegression(C=3, class_weight="balanced", max_iter=1000)),
        ]
    )
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=RANDOM_STATE)
    unseen = cross_val_predict(pipeline, texts, positive, cv=folds, method="predict_proba")[:, 1]
    auc = float(roc_auc_score(positive, unseen))
    pipeline.fit(texts, positive)
    content = _exported(pipeline)
    parity = _checked_parity(content, pipeline, texts)
    card = new_card(
        model=SENTIMENT,
        learned_from=f"{len(texts)}-reviews",
        kind="sentiment",
        onnx_bytes=content,
        features=["review_text"],
        sentiment=SentimentTraining(
            reviews_input=settings.reviews_input,
            low_rating=settings.low_rating,
            high_rating=settings.high_rating,
            rows=len(texts),
            positive_share=float(positive.mean()),
            auc=auc,
        ),
        parity=parity,
        intended_use="The probability that the rating of a review text is high, as a churn feature.",
        limits=(
            f"Trained on the ratings of one shop: AUC {auc:.3f} in {FOLDS}-fold cross-validation. It does "
            "not recognise irony, or languages in which the shop has no reviews."
        ),
    )
    registry.publish(card, content)
    return card


def _exported(pipeline: Pipeline) -> bytes:
    with warnings.catch_warnings():  # character n-grams may convert wrongly; the parity gate checks it
        warnings.filterwarnings("ignore", message="The conversion of CountVectorizer may not work")
        model = convert_sklearn(
            pipeline,
            name=SENTIMENT,
            initial_types=[("text", StringTensorType([None, 1]))],
            target_opset=OPSETS,
            options={id(pipeline): {"zipmap": False}},
        )
    model.ir_version = IR_VERSION
    sort_opsets(model)
    content: bytes = model.SerializeToString()
    return content


def _checked_parity(onnx_bytes: bytes, pipeline: Pipeline, texts: list[str]) -> Parity:
    rows = [*texts, "", "…", "完全没有见过的字"]
    return compare(
        read_texts(session(onnx_bytes), rows),
        pipeline.predict_proba(rows)[:, 1],
        rows_with_nulls=0,
        tolerance=PROBABILITY_TOLERANCE,
        name_of_row=lambda row: f"the text {rows[row][:60]!r}",
        remedy=(
            "Texts must be cleaned by the macro clean_text. To build without sentiment, set "
            "advanced: {sentiment_min_reviews: N} in vars, with N above the number of rated reviews"
        ),
    )
