"""Estimators to one ONNX graph each, behind a parity gate: a graph that answers differently is refused.

Every graph has the input `features` (float32, rows x features, NaN = null) and the output `result`:
churn probability (float32, rows) or cluster (int64, rows).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from scipy.special import expit, logit
from skl2onnx import convert_sklearn, update_registered_converter
from skl2onnx.common.data_types import FloatTensorType
from sklearn.preprocessing import StandardScaler

from dbt_retention.errors import ExportParityError
from dbt_retention.registry.card import Calibration, Parity
from dbt_retention.registry.scoring import Matrix, session
from dbt_retention.training.candidates import RANDOM_STATE, ChosenFeatures, RbfLandmarks, SignedLog1p

OPSETS = {"": 18, "ai.onnx.ml": 3}
IR_VERSION = 9
PROBABILITY_TOLERANCE = 1e-5
# Probabilities are held within these before the log-odds are taken. Both are exact in float32, and above the
# upper one float32 knows 1 - p too badly for log-odds that agree with scikit-learn's.
LOWEST, HIGHEST = 2.0**-20, 1 - 2.0**-14
NULL_SHARE = 0.05

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ChurnBlend:
    """Calibrated mean of the members' log-odds; with one member, that member calibrated."""

    members: Mapping[str, Any]
    calibration: Calibration

    def predict(self, matrix: Matrix) -> Floats:
        """Churn probability, shape (rows,), by scikit-learn."""
        log_odds = mean_log_odds([member.predict_proba(matrix)[:, 1] for member in self.members.values()])
        return apply_calibration(self.calibration, log_odds)


def apply_calibration(calibration: Calibration, log_odds: Floats) -> Floats:
    """Probabilities, shape (rows,), by the calibration of a card."""
    if calibration.knots:
        at, probability = np.array(calibration.knots).T
        return np.asarray(np.interp(log_odds, at, probability))
    return np.asarray(expit(calibration.slope * log_odds + calibration.intercept))


def mean_log_odds(probabilities: list[Floats]) -> Floats:
    """Mean of the log-odds of several probability vectors, shape (rows,)."""
    kept = [logit(np.clip(np.asarray(p, dtype=np.float64), LOWEST, HIGHEST)) for p in probabilities]
    return np.asarray(np.mean(kept, axis=0))


def export_churn(blend: ChurnBlend, matrix: Matrix) -> tuple[bytes, Parity]:
    """`blend` as one ONNX graph, and its parity on `matrix` with and without nulls.

    Raises ExportParityError where a probability differs by more than 1e-5.
    """
    content = _churn_graph(blend, feature_count=matrix.shape[1]).SerializeToString()
    return content, check_parity(content, blend.predict, matrix, tolerance=PROBABILITY_TOLERANCE)


def export_clusters(pipeline: Any, matrix: Matrix) -> tuple[bytes, Parity]:
    """A fitted K-means pipeline as ONNX; every row must fall into the same cluster."""
    model = _convert(pipeline, feature_count=matrix.shape[1], options=None)
    keep = model.graph.output[0].name
    model.graph.node.append(helper.make_node("Identity", [keep], ["result"], name="result"))
    del model.graph.output[:]
    model.graph.output.append(helper.make_tensor_value_info("result", TensorProto.INT64, [None]))
    content = _finished(model).SerializeToString()
    return content, check_parity(
        content, pipeline.predict, matrix, tolerance=0.0, way_out="try another segment_count"
    )


def export_uplift(
    members: Sequence[Any], *, calibration: Calibration, matrix: Matrix
) -> tuple[bytes, Parity]:
    """One regressor, or the classifiers of treated and controls, on a line, as ONNX; parity as for churn."""
    nodes: list[onnx.NodeProto] = []
    initializers = [
        _scalar("slope", calibration.slope),
        _scalar("intercept", calibration.intercept),
        numpy_helper.from_array(np.array([1], dtype=np.int64), "kept_column"),
        numpy_helper.from_array(np.array([-1], dtype=np.int64), "flat"),
    ]
    outputs = []
    for number, member in enumerate(members):
        is_classifier = hasattr(member, "predict_proba")
        options = {id(member): {"zipmap": False}} if is_classifier else None
        part = _convert(member, feature_count=matrix.shape[1], options=options)
        answer = part.graph.output[1 if is_classifier else 0].name
        prefixed = onnx.compose.add_prefix(part, f"{number}/", rename_inputs=False)
        nodes += prefixed.graph.node
        initializers += prefixed.graph.initializer
        outputs.append(f"{number}/{answer}")
        if is_classifier:
            nodes.append(helper.make_node("Gather", [outputs[-1], "kept_column"], [f"{number}/kept"], axis=1))
            outputs[-1] = f"{number}/kept"
    if len(outputs) > 1:
        nodes.append(helper.make_node("Sub", outputs, ["difference"]))
        outputs = ["difference"]
    nodes += [
        helper.make_node("Mul", [outputs[0], "slope"], ["scaled"]),
        helper.make_node("Add", ["scaled", "intercept"], ["uplift"]),
        helper.make_node("Reshape", ["uplift", "flat"], ["result"]),
    ]
    content = _graph("uplift", nodes, initializers, feature_count=matrix.shape[1]).SerializeToString()

    def predict(rows: Matrix) -> Floats:
        if len(members) == 1:
            found = members[0].predict(rows)
        else:
            treated, control = (member.predict_proba(rows)[:, 1] for member in members)
            found = treated - control
        return np.asarray(calibration.slope * found + calibration.intercept, dtype=np.float64)

    way_out = "raise uplift_min_contacts above the contacts there are, so that no uplift model is trained"
    return content, check_parity(content, predict, matrix, tolerance=PROBABILITY_TOLERANCE, way_out=way_out)


def check_parity(
    onnx_bytes: bytes,
    predict: Callable[[Matrix], npt.NDArray[Any]],
    matrix: Matrix,
    *,
    tolerance: float,
    way_out: str = "leave the candidate that does not convert out of the var churn_candidates",
) -> Parity:
    """Largest difference between `predict` and the graph on `matrix`, as it is and with 5 % nulls."""
    rng = np.random.default_rng(RANDOM_STATE)
    holed = np.where(rng.random(matrix.shape) < NULL_SHARE, np.float32(np.nan), matrix)
    empty = np.full((1, matrix.shape[1]), np.nan, dtype=np.float32)
    rows = np.vstack([matrix, holed, empty]).astype(np.float32)
    answered = np.asarray(session(onnx_bytes).run(["result"], {"features": rows})[0]).reshape(-1)
    differences = np.abs(answered.astype(np.float64) - np.asarray(predict(rows), dtype=np.float64))
    largest = float(np.max(differences))
    if not largest <= tolerance:  # NaN is refused too
        worst = int(np.argmax(np.where(np.isnan(differences), np.inf, differences)))
        raise ExportParityError(
            f"the ONNX graph differs from scikit-learn by {largest:.2e} (allowed {tolerance:.0e}), "
            f"worst in row {worst} of {len(rows)}. The model was not published and the champion stays; "
            f"{way_out}"
        )
    return Parity(
        rows=len(rows),
        rows_with_nulls=int(np.isnan(rows).any(axis=1).sum()),
        max_difference=largest,
        tolerance=tolerance,
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
    """How many knots lie at or below a row says which line it is on."""
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
    by_division = {"div": "div"}  # the operator Scaler is many times slower than Sub and Div
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
    """Put the operator sets of a converted graph in one order: skl2onnx takes that of a Python set."""
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


def _signed_log1p_shapes(operator: Any) -> None:
    operator.outputs[0].type = FloatTensorType([None, operator.inputs[0].type.shape[1]])


def _convert_signed_log1p(scope: Any, operator: Any, container: Any) -> None:
    """log(1 + |x|), times a huge x held between -1 and 1: onnxruntime's Sign is many times slower."""
    source, target = operator.inputs[0].full_name, operator.outputs[0].full_name
    names = {
        step: scope.get_unique_variable_name(step)
        for step in ("size", "plus", "log", "huge", "sign", "one", "minus_one", "factor")
    }
    for constant, value in {"one": 1.0, "minus_one": -1.0, "factor": 1e30}.items():
        container.add_initializer(names[constant], TensorProto.FLOAT, [], [value])
    for kind, inputs, output in (
        ("Abs", [source], names["size"]),
        ("Add", [names["size"], names["one"]], names["plus"]),
        ("Log", [names["plus"]], names["log"]),
        ("Mul", [source, names["factor"]], names["huge"]),
        ("Clip", [names["huge"], names["minus_one"], names["one"]], names["sign"]),
        ("Mul", [names["sign"], names["log"]], target),
    ):
        container.add_node(kind, inputs, output, name=scope.get_unique_operator_name(kind), op_version=18)


def _chosen_shapes(operator: Any) -> None:
    operator.outputs[0].type = FloatTensorType([None, len(operator.raw_operator.columns_)])


def _convert_chosen(scope: Any, operator: Any, container: Any) -> None:
    columns = scope.get_unique_variable_name("columns")
    kept = operator.raw_operator.columns_
    container.add_initializer(columns, TensorProto.INT64, [len(kept)], kept)
    source, target = operator.inputs[0].full_name, operator.outputs[0].full_name
    name = scope.get_unique_operator_name("Gather")
    container.add_node("Gather", [source, columns], target, name=name, axis=1)


def _landmark_shapes(operator: Any) -> None:
    landmarks = operator.raw_operator.components_
    operator.outputs[0].type = FloatTensorType([None, len(landmarks)])


def _convert_landmarks(scope: Any, operator: Any, container: Any) -> None:
    """exp(-gamma |x - c|^2) for every landmark c, times the normalization; the square is multiplied out."""
    fitted = operator.raw_operator
    landmarks = np.asarray(fitted.components_, dtype=np.float64)
    gamma = 1 / landmarks.shape[1] if fitted.gamma is None else fitted.gamma
    constants = {
        "minus_two_c": -2 * landmarks.T,
        "c_squared": (landmarks**2).sum(axis=1)[None, :],
        "minus_gamma": np.array([-gamma]),
        "normalization": fitted.normalization_.T,
    }
    names = {
        name: scope.get_unique_variable_name(name)
        for name in (*constants, "axis", "x_squared", "cross", "partial", "square", "scaled", "kernel")
    }
    container.add_initializer(names["axis"], TensorProto.INT64, [1], [1])
    for name, value in constants.items():
        flat = value.astype(np.float32).ravel()
        container.add_initializer(names[name], TensorProto.FLOAT, list(value.shape), flat)
    source, target = operator.inputs[0].full_name, operator.outputs[0].full_name
    for kind, inputs, output in (
        ("ReduceSumSquare", [source, names["axis"]], names["x_squared"]),
        ("MatMul", [source, names["minus_two_c"]], names["cross"]),
        ("Add", [names["cross"], names["x_squared"]], names["partial"]),
        ("Add", [names["partial"], names["c_squared"]], names["square"]),
        ("Mul", [names["square"], names["minus_gamma"]], names["scaled"]),
        ("Exp", [names["scaled"]], names["kernel"]),
        ("MatMul", [names["kernel"], names["normalization"]], target),
    ):
        container.add_node(kind, inputs, output, name=scope.get_unique_operator_name(kind), op_version=18)


update_registered_converter(SignedLog1p, "RetentionSignedLog1p", _signed_log1p_shapes, _convert_signed_log1p)
update_registered_converter(ChosenFeatures, "RetentionChosenFeatures", _chosen_shapes, _convert_chosen)
update_registered_converter(RbfLandmarks, "RetentionRbfLandmarks", _landmark_shapes, _convert_landmarks)
