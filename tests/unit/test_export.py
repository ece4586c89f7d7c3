"""An ONNX graph gives the scores of its estimator, nulls included, or is refused."""

from __future__ import annotations

import numpy as np
import pytest
from dbt_retention.errors import ExportParityError
from dbt_retention.registry.scoring import session
from dbt_retention.training.export import OPSETS, export_churn, export_clusters
from dbt_retention.training.parity import check_parity
from dbt_retention.training.transformers import SignedLog1p
from models import blend_of, customers
from onnx import TensorProto, helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


@pytest.mark.parametrize(
    "names",
    [("logistic_regression",), ("gradient_boosting",), ("logistic_regression", "gradient_boosting")],
)
def test_every_candidate_and_the_blend_keep_parity_with_nulls(names: tuple[str, ...]) -> None:
    matrix, _ = customers(20_000, seed=2)
    content, parity = export_churn(blend_of(*names), matrix)
    assert parity.max_difference <= 1e-5
    assert parity.rows == 40_001
    assert parity.rows_with_nulls > 2000
    answered = session(content).run(["result"], {"features": matrix})[0]
    assert answered.shape == (20_000,)
    assert answered.min() >= 0
    assert answered.max() <= 1


def test_the_same_model_gives_the_same_bytes() -> None:
    matrix, _ = customers(200)
    blend = blend_of("logistic_regression", "gradient_boosting")
    assert export_churn(blend, matrix)[0] == export_churn(blend, matrix)[0]


def test_a_calibrated_pipeline_with_the_scaler_inside_is_refused() -> None:
    """skl2onnx converts it wrongly and without an error."""
    matrix, churned = customers(2000)
    matrix = matrix * np.float32(1000)
    wrong = CalibratedClassifierCV(make_pipeline(StandardScaler(), LogisticRegression()), cv=3)
    wrong.fit(matrix, churned)
    model = convert_sklearn(
        wrong,
        initial_types=[("features", FloatTensorType([None, 3]))],
        target_opset=OPSETS,
        options={"zipmap": False},
    )
    column = helper.make_tensor("column", TensorProto.INT64, [], [1])
    model.graph.initializer.append(column)
    model.graph.node.append(helper.make_node("Gather", ["probabilities", "column"], ["result"], axis=1))
    model.graph.output.append(helper.make_tensor_value_info("result", TensorProto.FLOAT, [None]))
    content = model.SerializeToString()
    exported = session(content).run(["result"], {"features": matrix})[0]
    assert np.abs(exported - wrong.predict_proba(matrix)[:, 1]).max() > 0.1

    def answers(rows: np.ndarray) -> np.ndarray:
        known = ~np.isnan(rows).any(axis=1)
        result = session(content).run(["result"], {"features": rows})[0].astype(float)
        result[known] = wrong.predict_proba(rows[known])[:, 1]
        return np.nan_to_num(result)

    with pytest.raises(ExportParityError, match=r"differs from scikit-learn by .* not published"):
        check_parity(content, answers, matrix, tolerance=1e-5, remedy="Remove it")


def test_a_graph_that_returns_nan_is_refused() -> None:
    matrix, _ = customers(100)
    content, _ = export_churn(blend_of("logistic_regression"), matrix)
    with pytest.raises(ExportParityError):
        check_parity(
            content, lambda rows: np.full(len(rows), np.nan), matrix, tolerance=1e-5, remedy="Remove it"
        )


def test_clusters_are_identical_nulls_included() -> None:
    rng = np.random.default_rng(0)
    ranks = rng.random((5000, 3)).astype(np.float32)
    pipeline = make_pipeline(
        SimpleImputer(strategy="median"), KMeans(n_clusters=4, n_init=3, random_state=0)
    ).fit(ranks)
    content, parity = export_clusters(pipeline, ranks)
    assert parity.max_difference == 0
    found = session(content).run(["result"], {"features": ranks})[0]
    assert (found == pipeline.predict(ranks)).all()


def test_signed_log1p_keeps_sign_zero_and_null() -> None:
    changed = SignedLog1p().fit_transform(np.array([[-np.e + 1, 0.0, np.nan, np.e - 1]]))
    np.testing.assert_allclose(changed, [[-1, 0, np.nan, 1]])
