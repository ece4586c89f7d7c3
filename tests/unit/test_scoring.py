"""Scores match features by name, use a new champion, and do not depend on the batch."""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from dbt_retention import load_model
from dbt_retention.duckdb_plugin import register
from dbt_retention.errors import FeatureMissingError, ModelNotFoundError, RetentionError
from dbt_retention.registry.scoring import Scorer, load
from dbt_retention.registry.store import Registry
from models import FEATURES, blend_of, card_and_onnx, customers


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    registry = Registry(tmp_path_factory.mktemp("models"))
    registry.publish(*card_and_onnx(blend_of("logistic_regression", "gradient_boosting")))
    return registry


@pytest.fixture
def connection(registry: Registry) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    register(connection, models_path=registry.root)
    return connection


def test_sql_onnx_and_scikit_learn_agree_with_nulls(connection: duckdb.DuckDBPyConnection) -> None:
    blend = blend_of("logistic_regression", "gradient_boosting")
    matrix, _ = customers(30_000, seed=3)
    holes = np.random.default_rng(0).random(matrix.shape) < 0.05
    matrix[holes] = np.nan
    columns = {name: pa.array(matrix[:, at], from_pandas=True) for at, name in enumerate(FEATURES)}
    rows = pa.table(columns | {"customer_id": pa.array(np.arange(len(matrix)))})
    connection.register("rows", rows)
    scored = connection.sql(
        "select onnx_score('churn', shuffled) as score from (select * from rows) as shuffled "
        "order by customer_id"
    ).to_arrow_table()
    assert np.abs(scored["score"].to_numpy() - blend.predict(matrix)).max() <= 1e-5


def test_column_order_case_and_extra_columns_do_not_matter(connection: duckdb.DuckDBPyConnection) -> None:
    [(first,)] = connection.sql(
        "select onnx_score('churn', r) from (select 30.0 as days_since_last_order, 2 as orders_count_28d, "
        "80.5 as spend_sum_28d) as r"
    ).fetchall()
    [(second,)] = connection.sql(
        "select onnx_score('churn', r) from (select 'x' as customer_id, 80.5 as SPEND_SUM_28D, "
        "2.0::decimal(9, 2) as orders_count_28d, true as other, 30 as Days_Since_Last_Order) as r"
    ).fetchall()
    assert first == second
    assert 0 < first < 1


def test_a_missing_feature_is_named(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match=r"needs 1 feature\(s\) that the row does not have: spend_sum_28d"):
        connection.sql(
            "select onnx_score('churn', r) "
            "from (select 1 as days_since_last_order, 2 as orders_count_28d) as r"
        ).fetchall()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("onnx_score('unknown', r)", "there is no model 'unknown' in .* retention train"),
        ("onnx_score('churn')", r"got 1 argument\(s\); expected onnx_score"),
        ("onnx_score('churn', 1.5)", "expected a struct of features, got"),
        ("onnx_cluster('churn', r)", "returns a probability, not a cluster"),
        ("onnx_score('../churn', r)", "is not a valid name of a model or version"),
        ("onnx_score('churn', {'days_since_last_order': 'soon', 'orders_count_28d': 1, 'spend_sum_28d': 1})",
         "feature days_since_last_order is of type string, not a number"),
    ],
)  # fmt: skip
def test_wrong_calls_raise_a_clear_error(
    connection: duckdb.DuckDBPyConnection, call: str, words: str
) -> None:
    with pytest.raises(duckdb.Error, match=words):
        connection.sql(f"select {call} from (select 1 as days_since_last_order) as r").fetchall()


def test_infinity_scores_as_null(connection: duckdb.DuckDBPyConnection) -> None:
    """Infinity from a division by zero, or beyond float32, counts as unknown."""
    values = ("null::double", "'infinity'::double", "'-infinity'::double", "1e300::double")
    scores = {
        connection.sql(
            f"select onnx_score('churn', r) from (select {value} as days_since_last_order, "
            "2 as orders_count_28d, 80.5 as spend_sum_28d) as r"
        ).fetchall()[0]
        for value in values
    }
    [(score,)] = scores
    assert 0 < score < 1


def test_an_open_connection_uses_a_new_champion(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    registry.publish(*card_and_onnx(blend_of("logistic_regression")))
    scorer = Scorer(registry)
    old = scorer.model("churn")
    assert scorer.model("churn") is old, "no file is read twice"
    registry.publish(*card_and_onnx(blend_of("gradient_boosting"), version="2024-02-01-b"))
    assert scorer.model("churn").card.version == "2024-02-01-b"
    with pytest.raises(ModelNotFoundError):
        scorer.model("uplift")


def test_a_row_s_score_does_not_depend_on_its_batch(registry: Registry) -> None:
    model = load(registry.root / "churn" / "2024-01-01-a")
    matrix, _ = customers(3000, seed=4)
    whole = model.probabilities(matrix)
    rng = np.random.default_rng(5)
    for size in (1, 3, 15, 17, 63, 65, 1000, 2047):
        chosen = rng.permutation(3000)[:size]
        assert (model.probabilities(matrix[chosen]) == whole[chosen]).all(), size


def test_one_row_scores_as_in_a_batch_in_under_a_millisecond(registry: Registry) -> None:
    model = load_model("churn", models=registry.root)
    matrix, _ = customers(300, seed=6)
    whole = model.probabilities(matrix)
    rows = [dict(zip(FEATURES, row, strict=True)) | {"other": "x"} for row in matrix.tolist()]
    assert [model.score(row) for row in rows] == list(whole)
    unknown = model.score(dict.fromkeys(FEATURES))
    assert unknown == model.probabilities(np.full((1, 3), np.nan, dtype=np.float32))[0]
    taken = []
    for row in rows:
        began = time.perf_counter()
        model.score(row)
        taken.append(time.perf_counter() - began)
    assert sorted(taken)[len(taken) // 4] < 0.001, "a quarter, because other work may share the machine"
    with pytest.raises(FeatureMissingError, match="spend_sum_28d"):
        model.score({"days_since_last_order": 1, "orders_count_28d": 2})
    with pytest.raises(RetentionError, match=r"not numbers: {'spend_sum_28d': 'much'}"):
        model.score({"days_since_last_order": 1, "orders_count_28d": 2, "spend_sum_28d": "much"})


def test_features_are_checked_before_scoring(registry: Registry) -> None:
    model = load(registry.root / "churn" / "2024-01-01-a")
    with pytest.raises(FeatureMissingError, match="orders_count_28d, spend_sum_28d"):
        model.matrix(pa.table({"days_since_last_order": [1.0]}))
    with pytest.raises(RetentionError, match="not a number"):
        model.matrix(pa.table({name: ["x"] for name in FEATURES}))
