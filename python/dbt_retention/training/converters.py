"""skl2onnx converters for the transformers in `transformers.py`.

Importing this module registers them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx import update_registered_converter
from skl2onnx.common.data_types import FloatTensorType

from dbt_retention.training.transformers import ChosenFeatures, RbfLandmarks, SignedLog1p


def _signed_log1p_shapes(operator: Any) -> None:
    operator.outputs[0].type = FloatTensorType([None, operator.inputs[0].type.shape[1]])


def _convert_signed_log1p(scope: Any, operator: Any, container: Any) -> None:
    """log(1 + |x|) times clip(1e30 x, -1, 1), which is sign(x): onnxruntime's Sign is many times slower."""
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
    """exp(-gamma |x - c|^2) for every landmark c, times the normalization; |x - c|^2 = x^2 - 2xc + c^2."""
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
