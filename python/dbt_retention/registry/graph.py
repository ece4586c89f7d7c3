"""Checks an ONNX graph before onnxruntime sees it: only what the exports of this package write is loaded.

onnxruntime reads files that a graph names as external data, runs loops without end, and loads libraries for
custom operators. A graph is therefore refused unless every operator is in OPERATORS.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import AttributeProto, TensorProto

from dbt_retention.errors import ModelAlteredError
from dbt_retention.registry.card import Card

# Every operator that the exports of all candidates, value, segments, uplift and sentiment write.
_STANDARD = (
    "Abs", "Add", "ArgMax", "ArgMin", "Cast", "Clip", "Concat", "Div", "Exp", "Flatten", "Gather",
    "Gemm", "GreaterOrEqual", "Identity", "Log", "MatMul", "Mul", "ReduceSum", "ReduceSumSquare",
    "Relu", "Reshape", "Sigmoid", "Sqrt", "Sub", "Sum", "TfIdfVectorizer",
)  # fmt: skip
_TREES_AND_TEXTS = (
    "ArrayFeatureExtractor", "Imputer", "LinearClassifier", "Normalizer", "TreeEnsembleClassifier",
    "TreeEnsembleRegressor",
)  # fmt: skip
OPERATORS: dict[str, tuple[str, ...]] = {
    "": _STANDARD,
    "ai.onnx.ml": _TREES_AND_TEXTS,
    "com.microsoft": ("Tokenizer",),  # part of onnxruntime itself
}
FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING
NAME_OF_TYPE = {FLOAT: "float", INT64: "int64", STRING: "string"}
# Input and output of a graph by the kind of its model.
DOORS = {
    "probability": ("features", FLOAT, "result", FLOAT),
    "uplift": ("features", FLOAT, "result", FLOAT),
    "amount": ("features", FLOAT, "result", FLOAT),
    "cluster": ("features", FLOAT, "result", INT64),
    "sentiment": ("text", STRING, "probabilities", FLOAT),
}


def check_graph(content: bytes, card: Card, *, path: Path) -> None:
    """Raise ModelAlteredError unless `content` is a graph that this package could have written for `card`."""

    def refused(reason: str) -> ModelAlteredError:
        return ModelAlteredError(
            f"{path} {reason}; it was not written by dbt-retention and was not loaded. Restore the file, or "
            "run: retention train"
        )

    try:
        model = onnx.load_model_from_string(content)
    except Exception as error:  # protobuf's errors have no common class
        raise refused("is not a complete ONNX file") from error
    reason = next(_reasons(model, card), None)
    if reason is not None:
        raise refused(reason)


def _reasons(model: onnx.ModelProto, card: Card) -> Iterator[str]:
    graph = model.graph
    if model.functions or model.training_info:
        yield "defines functions or training steps"
    for tensor in [*graph.initializer, *_tensors_of_nodes(graph)]:
        if tensor.data_location == TensorProto.EXTERNAL or tensor.external_data:
            yield f"reads external data for the tensor {tensor.name!r}"
    if graph.sparse_initializer:
        yield "has sparse tensors"
    for node in graph.node:
        domain = "" if node.domain == "ai.onnx" else node.domain
        if node.op_type not in OPERATORS.get(domain, ()):
            yield f"has the operator {f'{node.domain}.' if node.domain else ''}{node.op_type}"
        for attribute in node.attribute:
            if attribute.type in (AttributeProto.GRAPH, AttributeProto.GRAPHS) or attribute.ref_attr_name:
                yield f"has a graph inside the operator {node.op_type}"
        if node.op_type.startswith("TreeEnsemble") and not _trees_end(node):
            yield "has a tree whose branches lead back"
    yield from _wrong_doors(graph, card)


def _tensors_of_nodes(graph: onnx.GraphProto) -> Iterator[TensorProto]:
    for node in graph.node:
        for attribute in node.attribute:
            yield from ([attribute.t] if attribute.HasField("t") else [])
            yield from attribute.tensors
            sparse = [*([attribute.sparse_tensor] if attribute.HasField("sparse_tensor") else [])]
            for one in (*sparse, *attribute.sparse_tensors):
                yield from (one.values, one.indices)


def _trees_end(node: onnx.NodeProto) -> bool:
    """Whether every branch leads to a node of a higher number, as in all exports: then no path is endless."""
    by_name = {attribute.name: attribute for attribute in node.attribute}
    try:
        own, yes, no = (
            np.asarray(by_name[f"nodes_{name}ids"].ints) for name in ("node", "truenode", "falsenode")
        )
        is_branch = np.asarray([mode != b"LEAF" for mode in by_name["nodes_modes"].strings], dtype=bool)
        return bool(((yes > own) & (no > own))[is_branch].all())
    except (KeyError, ValueError, IndexError):  # lists of different lengths
        return False


def _wrong_doors(graph: onnx.GraphProto, card: Card) -> Iterator[str]:
    """What is wrong with the inputs and outputs, such as those of a file that belongs to another model."""
    input_name, input_type, output_name, output_type = DOORS[card.kind]
    constants = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in constants]
    width = 1 if card.kind == "sentiment" else len(card.features)
    if [value.name for value in inputs] != [input_name] or not _is(inputs[0], input_type):
        yield f"lacks the one input {input_name!r} ({NAME_OF_TYPE[input_type]}) of a {card.kind} model"
    elif [side.dim_value for side in inputs[0].type.tensor_type.shape.dim][1:] != [width]:
        yield f"does not take the {width} feature(s) of its card"
    output = next((value for value in graph.output if value.name == output_name), None)
    if output is None or not _is(output, output_type):
        yield f"lacks the output {output_name!r} ({NAME_OF_TYPE[output_type]}) of a {card.kind} model"


def _is(value: Any, kind: int) -> bool:
    return bool(value.type.tensor_type.elem_type == kind)
