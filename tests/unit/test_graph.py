"""The operators that may be loaded are exactly those that the exports write."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest
from dbt_retention.registry.card import Calibration
from dbt_retention.registry.graph import OPERATORS, check_graph
from dbt_retention.training.blend import ChurnBlend
from dbt_retention.training.candidates import CANDIDATES
from dbt_retention.training.clustering import fit_segments
from dbt_retention.training.contacts import Contacts
from dbt_retention.training.export import export_churn, export_clusters, export_uplift
from dbt_retention.training.fitting import Fitting, fit_candidate
from dbt_retention.training.sentiment import _exported
from dbt_retention.training.uplift_model import UPLIFT_CANDIDATES, UpliftModel
from models import FEATURES, blend_of, card_and_onnx, customers
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

LINE = Calibration(slope=1.0, intercept=0.0, rows=10)


def churn_graphs() -> dict[str, bytes]:
    matrix, churned = customers(1000)
    graphs = {name: export_churn(blend_of(name, rows=1000), matrix)[0] for name in CANDIDATES}
    bent = LINE.model_copy(update={"knots": [(-2.0, 0.1), (0.0, 0.5), (2.0, 0.9)]})
    graphs["isotonic"] = export_churn(replace(blend_of("decision_tree"), calibration=bent), matrix)[0]
    options = Fitting(feature_selection="lasso", pca_variance=0.9, imputations=2, class_weights="balanced")
    members = fit_candidate(CANDIDATES["logistic_regression"], matrix, churned, how=options)
    named = {str(number): member for number, member in enumerate(members)}
    graphs["all options"] = export_churn(ChurnBlend(members=named, calibration=LINE), matrix)[0]
    return graphs


def other_graphs() -> dict[str, bytes]:
    matrix, churned = customers(1000)
    rng = np.random.default_rng(0)
    contacts = Contacts(
        customers=np.arange(1000).astype(str),
        campaigns=np.array(["K"] * 1000),
        actions=np.array(["offer"] * 1000),
        matrix=matrix,
        treated=rng.random(1000) < 0.5,
        retained=churned < 1,
        treated_share=np.full(1000, 0.5),
    )
    graphs = {
        name: export_uplift(UpliftModel(members=fit(contacts), calibration=LINE), matrix)[0]
        for name, fit in UPLIFT_CANDIDATES.items()
    }
    for algorithm in ("kmeans", "ward"):
        ranks = rng.random((300, 3)).astype(np.float32)
        graphs[algorithm] = export_clusters(fit_segments(ranks, count=3, algorithm=algorithm), ranks)[0]
    texts, liked = ["good milk"] * 20 + ["bad milk"] * 20, [True] * 20 + [False] * 20
    tfidf = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), lowercase=False)
    graphs["sentiment"] = _exported(make_pipeline(tfidf, LogisticRegression()).fit(texts, liked))
    return graphs


def test_what_exports_write_is_what_may_be_loaded() -> None:
    written: dict[str, set[str]] = {}
    for content in {**churn_graphs(), **other_graphs()}.values():
        for node in onnx.load_model_from_string(content).graph.node:
            written.setdefault(node.domain, set()).add(node.op_type)
    assert written == {domain: set(names) for domain, names in OPERATORS.items()}


@pytest.mark.parametrize("name", CANDIDATES)
def test_every_candidate_passes_the_check(name: str) -> None:
    card, content = card_and_onnx(blend_of(name, rows=500))
    assert card.features == FEATURES
    check_graph(content, card, path=None)  # type: ignore[arg-type]
