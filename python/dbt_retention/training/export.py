"""Exports fitted models: one ONNX graph per model, checked by the parity gate.

Every graph has the input `features` (float32, shape (rows, features), NaN = null) and the output `result`,
shape (rows,): churn probability, uplift or spend (float32), or cluster number (int64).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType
from sklearn.preprocessing import StandardScaler

from dbt_retention.arrays import Matrix
from dbt_retention.registry.card import Calibration, Parity
from dbt_retention.training import converters  # noqa: F401  (registers the converters)
from dbt_retention.training.blend import HIGHEST, LOWEST, ChurnBlend
from dbt_retention.training.parity import PROBABILITY_TOLERANCE, check_parity
from dbt_retention.training.uplift_model import UpliftModel

OPSETS = {"": 18, "ai.onnx.ml": 3}
IR_VERSION = 9


def export_churn(blend: ChurnBlend, matrix: Matrix) -> tuple[bytes, Parity]:
    """`blend` as an ONNX graph, and its parity on `matrix`, shape (rows, features), with and without nulls.

    Raises ExportParityError where a probability differs by more than 1e-5.
    """
    content = _churn_graph(blend, feature_count=matrix.shape[1]).SerializeToString()
    return content, check_parity(
        content,
        blend.predict,
        matrix,
        tolerance=PROBABILITY_TOLERANCE,
        remedy="Remove the candidate that does not convert from the var churn_candidates",
    )


def export_clusters(pipeline: Any, matrix: Matrix) -> tuple[bytes, Parity]:
    """A fitted K-means pipeline as an ONNX graph, and its parity on `matrix`, shape (rows, features).

    Raises ExportParityError where a row falls into another cluster.
    """
    model = _convert(pipeline, feature_count=matrix.shape[1], options=None)
    keep = model.graph.output[0].name
    model.graph.node.append(helper.make_node("Identity", [keep], ["result"], name="result"))
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("result", TensorProto.INT64, [None]))
    content = _finished(model).SerializeToString()
    return content, check_parity(
        content, pipeline.predict, matrix, tolerance=0.0, remedy="Set the var segment_count to another number"
    )


def export_uplift(model: UpliftModel, matrix: Matrix) -> tuple[bytes, Parity]:
    """`model` as an ONNX graph, and its parity on `matrix`, shape (rows, features), with and without nulls.

    Raises ExportParityError where an uplift differs by more than 1e-5.
    """
    content = _uplift_graph(model, feature_count=matrix.shape[1]).SerializeToString()
    return content, check_parity(
        content,
        model.predict,
        matrix,
        tolerance=PROBABILITY_TOLERANCE,
        remedy=(
            "To build without an uplift model, set advanced: {uplift_min_arm_customers: N} in vars, with N "
            "above the number of contacted customers"
        ),
    )


def export_spend(trees: Any, matrix: Matrix, *, mean: float) -> tuple[bytes, Parity]:
    """`trees`, which predict spend / `mean`, as an ONNX graph of spend, and its parity on `matrix`.

    trees: fitted with Poisson deviance; skl2onnx leaves out the exponential function. matrix: shape (rows,
    features), with and without nulls. Raises ExportParityError where spend differs by more than 0.001 means.
    """
    part = _convert(trees, feature_count=matrix.shape[1], options=None)
    nodes = [
        *part.graph.node,
        helper.make_node("Exp", [part.graph.output[0].name], ["relative"]),
        helper.make_node("Mul", ["relative", "mean_spend"], ["spend"]),
        helper.make_node("Reshape", ["spend", "flat"], ["result"]),
    ]
    initializers = [
        *part.graph.initializer,
        _scalar("mean_spend", mean),
        numpy_helper.from_array(np.array([-1], dtype=np.int64), "flat"),
    ]
    content = _graph("spend", nodes, initializers, feature_count=matrix.shape[1]).SerializeToString()
    return content, check_parity(
        content,
        lambda rows: trees.predict(rows) * mean,
        matrix,
        tolerance=1e-3 * mean,
        remedy="Expected value uses its other methods",
    )


def _churn_graph(blend: ChurnBlend, *, feature_count: int) -> onnx.ModelProto:
    nodes: list[onnx.NodeProto] = []
    initializers: list[onnx.TensorProto] = [
        _scalar("edge_low", LOWEST),
        _scalar("edge_high", HIGHEST),
        _scalar("one", 1.0),
        _scalar("member_count", float(len(blend.members))),
        numpy_helper.from_array(np.array([1], dtype=np.int64), "churn_column"),
        numpy_helper.from_array(np.array([-1], dtype=np.int64), "flat"),
    ]
    log_odds = []
    for name, estimator in blend.members.items():
        member = _convert(estimator, feature_count=feature_count, options={id(estimator): {"zipmap": False}})
        probabilities = member.graph.output[1].name
        prefixed = onnx.compose.add_prefix(member, f"{name}/", rename_inputs=False)
        nodes += prefixed.graph.node
        initializers += prefixed.graph.initializer
        step = f"{name}/log_odds/"
        nodes += [
            helper.make_node(
                "Gather", [f"{name}/{probabilities}", "churn_column"], [step + "column"], axis=1
            ),
            helper.make_node("Reshape", [step + "column", "flat"], [step + "p"]),
            helper.make_node("Clip", [step + "p", "edge_low", "edge_high"], [step + "clipped"]),
            helper.make_node("Sub", ["one", step + "clipped"], [step + "rest"]),
            helper.make_node("Div", [step + "clipped", step + "rest"], [step + "odds"]),
            helper.make_node("Log", [step + "odds"], [step + "log"]),
        ]
        log_odds.append(step + "log")
    nodes += [
        helper.make_node("Sum", log_odds, ["log_odds_sum"]),
        helper.make_node("Div", ["log_odds_sum", "member_count"], ["log_odds_mean"]),
    ]
    make = _isotonic if blend.calibration.knots else _sigmoid
    calibration, constants = make(blend.calibration)
    nodes += [*calibration, helper.make_node("Reshape", ["probability", "flat"], ["result"])]
    initializers += constants
    return _graph("churn", nodes, initializers, feature_count=feature_count)


def _uplift_graph(model: UpliftModel, *, feature_count: int) -> onnx.ModelProto:
    nodes: list[onnx.NodeProto] = []
    initializers = [
        _scalar("slope", model.calibration.slope),
        _scalar("intercept", model.calibration.intercept),
        _scalar("lowest", -1.0),
        _scalar("highest", 1.0),
        numpy_helper.from_array(np.array([1], dtype=np.int64), "kept_column"),
        numpy_helper.from_array(np.array([-1], dtype=np.int64), "flat"),
    ]
    outputs = []
    for number, member in enumerate(model.members):
        is_classifier = hasattr(member, "predict_proba")
        options = {id(member): {"zipmap": False}} if is_classifier else None
        part = _convert(member, feature_count=feature_count, options=options)
        result = part.graph.output[1 if is_classifier else 0].name
        prefixed = onnx.compose.add_prefix(part, f"{number}/", rename_inputs=False)
        nodes += prefixed.graph.node
        initializers += prefixed.graph.initializer
        outputs.append(f"{number}/{result}")
        if is_classifier:
            nodes.append(helper.make_node("Gather", [outputs[-1], "kept_column"], [f"{number}/kept"], axis=1))
            outputs[-1] = f"{number}/kept"
    if len(outputs) > 1:
        nodes.append(helper.make_node("Sub", outputs, ["difference"]))
        outputs = ["difference"]
    nodes += [
        helper.make_node("Mul", [outputs[0], "slope"], ["scaled"]),
        helper.make_node("Add", ["scaled", "intercept"], ["shrunk"]),
        helper.make_node("Clip", ["shrunk", "lowest", "highest"], ["uplift"]),
        helper.make_node("Reshape", ["uplift", "flat"], ["result"]),
    ]
    return _graph("uplift", nodes, initializers, feature_count=feature_count)


def _graph(
    name: str, nodes: list[onnx.NodeProto], initializers: list[onnx.TensorProto], *, feature_count: int
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, feature_count])],
        [helper.make_tensor_value_info("result", TensorProto.FLOAT, [None])],
        initializer=initializers,
    )
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSETS.items()]
    return _finished(helper.make_model(graph, opset_imports=opsets))


def _sigmoid(calibration: Calibration) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    nodes = [
        helper.make_node("Mul", ["log_odds_mean", "slope"], ["scaled"]),
        helper.make_node("Add", ["scaled", "intercept"], ["calibrated"]),
        helper.make_node("Sigmoid", ["calibrated"], ["probability"]),
    ]
    return nodes, [_scalar("slope", calibration.slope), _scalar("intercept", calibration.intercept)]


def _isotonic(calibration: Calibration) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """Piecewise linear between the knots: the number of knots at or below a value selects its segment."""
    at, probability = np.array(calibration.knots).T
    rise = np.append(np.diff(probability) / np.diff(at), 0.0)
    constants = {"knots": at, "starts": at, "levels": probability, "rises": rise}
    nodes = [
        helper.make_node("Reshape", ["log_odds_mean", "one_column"], ["column"]),
        helper.make_node("Clip", ["column", "first_knot", "last_knot"], ["held"]),
        helper.make_node("GreaterOrEqual", ["held", "knots"], ["is_passed"]),
        helper.make_node("Cast", ["is_passed"], ["passed"], to=TensorProto.INT64),
        helper.make_node("ReduceSum", ["passed", "knot_axis"], ["passed_count"], keepdims=1),
        helper.make_node("Sub", ["passed_count", "one_knot"], ["line"]),
        *(
            helper.make_node("Gather", [name, "line"], [f"{name}_of_row"])
            for name in ("starts", "levels", "rises")
        ),
        helper.make_node("Sub", ["held", "starts_of_row"], ["beyond"]),
        helper.make_node("Mul", ["beyond", "rises_of_row"], ["risen"]),
        helper.make_node("Add", ["levels_of_row", "risen"], ["probability"]),
    ]
    return nodes, [
        *(numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()),
        _scalar("first_knot", at[0]),
        _scalar("last_knot", at[-1]),
        numpy_helper.from_array(np.array([-1, 1], dtype=np.int64), "one_column"),
        numpy_helper.from_array(np.array([1], dtype=np.int64), "knot_axis"),
        numpy_helper.from_array(np.array([1], dtype=np.int64), "one_knot"),
    ]


def _convert(estimator: Any, *, feature_count: int, options: dict[Any, Any] | None) -> onnx.ModelProto:
    by_division = {"div": "div"}  # Sub and Div are many times faster than ONNX's operator Scaler
    model: onnx.ModelProto = convert_sklearn(
        estimator,
        name="retention",
        initial_types=[("features", FloatTensorType([None, feature_count]))],
        target_opset=OPSETS,
        options=(options or {}) | {StandardScaler: by_division},
    )
    sort_opsets(model)
    return model


def sort_opsets(model: onnx.ModelProto) -> None:
    """Sort the operator sets of a converted graph: skl2onnx lists them in the order of a Python set."""
    in_order = sorted(model.opset_import, key=lambda opset: opset.domain)
    del model.opset_import[:]
    model.opset_import.extend(in_order)


def _finished(model: onnx.ModelProto) -> onnx.ModelProto:
    model.ir_version = IR_VERSION
    model.producer_name = "dbt-retention"
    onnx.checker.check_model(model)
    return model


def _scalar(name: str, value: float) -> onnx.TensorProto:
    return numpy_helper.from_array(np.array(value, dtype=np.float32), name)
