"""A models folder that someone else wrote: each file is refused in one sentence before it is loaded."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import onnx
import pytest
from dbt_retention.duckdb_plugin import register
from dbt_retention.errors import ModelAlteredError, RetentionError
from dbt_retention.registry import scoring
from dbt_retention.registry.card import Card, Kind
from dbt_retention.registry.store import Registry
from fault_table import Record, tried
from onnx import AttributeProto, TensorProto, helper, numpy_helper

FEATURES = ["days_since_last_order", "orders_count_28d", "spend_sum_28d"]
SECRET = "password: of the warehouse, 0123456789"
KEY = "a key of the shop's own, long enough"
FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
Change = Callable[["Folder"], None]


def graph_of(nodes: list[Any], *constants: Any, result: int = FLOAT, width: int = 3) -> onnx.ModelProto:
    """A model with the input and output of a churn model."""
    graph = helper.make_graph(
        nodes,
        "churn",
        [helper.make_tensor_value_info("features", FLOAT, [None, width])],
        [helper.make_tensor_value_info("result", result, [None])],
        initializer=list(constants),
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9)


def scalar(name: str, value: float) -> TensorProto:
    return numpy_helper.from_array(np.array(value, dtype=np.float32), name)


FLAT = numpy_helper.from_array(np.array([-1], dtype=np.int64), "flat")
FIRST = numpy_helper.from_array(np.array([0], dtype=np.int64), "first")


def answering(value: float, *, result: int = FLOAT, width: int = 3) -> onnx.ModelProto:
    """A graph of allowed operators that answers `value` for every row."""
    nodes = [
        helper.make_node("Gather", ["features", "first"], ["column"], axis=1),
        helper.make_node("Sub", ["column", "column"], ["none"]),
        helper.make_node("Add", ["none", "value"], ["one"]),
        helper.make_node("Reshape", ["one", "flat"], ["floats"]),
        helper.make_node("Cast", ["floats"], ["result"], to=result),
    ]
    return graph_of(nodes, FLAT, FIRST, scalar("value", value), result=result, width=width)


class Folder:
    """A registry with one model whose card and ONNX file agree."""

    def __init__(self, root: Path, *, kind: Kind = "probability", model: str = "churn") -> None:
        self.root, self.kind, self.model = root, kind, model
        self.folder = root / model / "v1"
        self.card, self.onnx = self.folder / "card.json", self.folder / "model.onnx"
        self.pointer = root / model / "champion.json"
        if kind == "probability":
            self.write(answering(0.5))

    def write(self, graph: onnx.ModelProto | bytes, **fields: Any) -> None:
        """Write a version as someone does who knows the format: the checksum matches."""
        content = graph if isinstance(graph, bytes) else graph.SerializeToString()
        card = Card(
            model=self.model,
            version="v1",
            kind=self.kind,
            onnx_sha256=hashlib.sha256(content).hexdigest(),
            features=FEATURES,
            feature_medians=[0.0, 0.0, 0.0],
            trained_at="2024-01-01T00:00:00+00:00",
            parity={"rows": 1, "rows_with_nulls": 0, "max_difference": 0, "tolerance": 0},
            libraries={},
            intended_use="",
            limits="",
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        self.card.write_text(json.dumps(card.model_dump(exclude={"signature"}) | fields))
        self.onnx.write_bytes(content)
        self.pointer.write_text(json.dumps({"model": self.model, "version": "v1"}))


def publish(folder: Folder) -> None:
    """Publish the same model as training does, signed where there is a key."""
    fields = json.loads(folder.card.read_text())
    content = folder.onnx.read_bytes()
    shutil.rmtree(folder.root / folder.model)
    Registry(folder.root).publish(Card(**fields), content)


def score(folder: Folder, call: str = "onnx_score('churn', r)") -> Any:
    connection = duckdb.connect()
    register(connection, models_path=folder.root)
    columns = ", ".join(f"i::float as {name}" for name in FEATURES)
    return connection.sql(f"select {call} from (select {columns} from range(3) t(i)) as r").fetchall()


def refusal_of(folder: Folder, call: str = "onnx_score('churn', r)") -> str:
    """The message of the error, made in less than 10 seconds."""
    began = time.monotonic()
    with pytest.raises(duckdb.Error) as caught:
        score(folder, call)
    assert time.monotonic() - began < 10
    message = str(caught.value)
    assert "Error: " in message
    assert SECRET not in message
    return message.rsplit("Error: ", maxsplit=1)[-1]


def external(folder: Folder) -> None:
    secret = folder.root / "profiles.yml"
    secret.write_text(SECRET)
    leaking = TensorProto(name="secret", data_type=FLOAT, dims=[4])
    leaking.data_location = TensorProto.EXTERNAL
    for key, value in {"location": "profiles.yml", "offset": "0", "length": "16"}.items():
        leaking.external_data.add(key=key, value=value)
    nodes = [
        helper.make_node("Reshape", ["secret", "flat"], ["bytes"]),
        helper.make_node("Gather", ["bytes", "first"], ["result"]),
    ]
    folder.write(graph_of(nodes, FLAT, FIRST, leaking))


def external_in_a_node(folder: Folder) -> None:
    leaking = TensorProto(name="secret", data_type=FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    leaking.external_data.add(key="location", value="/etc/hostname")
    node = helper.make_node("Identity", ["features"], ["result"])
    node.attribute.append(AttributeProto(name="value", type=AttributeProto.TENSOR, t=leaking))
    folder.write(graph_of([node]))


def with_body(operator: str) -> Change:
    def change(folder: Folder) -> None:
        body = helper.make_graph(
            [
                helper.make_node("Identity", ["go"], ["go_on"]),
                helper.make_node("Identity", ["sum"], ["sum_on"]),
            ],
            "body",
            [
                helper.make_tensor_value_info("turn", INT64, []),
                helper.make_tensor_value_info("go", TensorProto.BOOL, []),
                helper.make_tensor_value_info("sum", FLOAT, [None, 3]),
            ],
            [
                helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
                helper.make_tensor_value_info("sum_on", FLOAT, [None, 3]),
            ],
        )
        names = {"If": ("then_branch", "else_branch")}.get(operator, ("body",))
        inputs = {"Loop": ["", "go_first", "features"], "If": ["go_first"], "Scan": ["features"]}[operator]
        node = helper.make_node(operator, inputs, ["looped"])
        node.attribute.extend(helper.make_attribute(name, body) for name in names)
        last = helper.make_node("ReduceSum", ["looped", "axis"], ["result"], keepdims=0)
        yes = numpy_helper.from_array(np.array(True), "go_first")
        axis = numpy_helper.from_array(np.array([1], dtype=np.int64), "axis")
        folder.write(graph_of([node, last], yes, axis))

    return change


def body_of_an_allowed_operator(folder: Folder) -> None:
    node = helper.make_node("Identity", ["features"], ["result"])
    node.attribute.append(helper.make_attribute("body", helper.make_graph([], "body", [], [])))
    folder.write(graph_of([node]))


def custom_operator(folder: Folder) -> None:
    folder.write(graph_of([helper.make_node("Add", ["features", "features"], ["result"], domain="evil")]))


def own_function(folder: Folder) -> None:
    model = answering(0.5)
    opset = [helper.make_opsetid("", 18)]
    same = helper.make_node("Identity", ["x"], ["y"])
    model.functions.append(helper.make_function("evil", "F", ["x"], ["y"], [same], opset))
    folder.write(model)


def sparse(folder: Folder) -> None:
    model = answering(0.5)
    values, places = helper.make_tensor("s", FLOAT, [1], [1.0]), helper.make_tensor("i", INT64, [1], [0])
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, places, [10**12]))
    folder.write(model)


def endless_tree(folder: Folder) -> None:
    lists = {
        "nodes_treeids": [0, 0],
        "nodes_nodeids": [0, 1],
        "nodes_featureids": [0, 0],
        "nodes_modes": ["BRANCH_LEQ", "BRANCH_LEQ"],
        "nodes_values": [1e9, 1e9],
        "nodes_truenodeids": [1, 0],
        "nodes_falsenodeids": [1, 0],
        "target_treeids": [0],
        "target_nodeids": [1],
        "target_ids": [0],
        "target_weights": [1.0],
    }
    tree = helper.make_node(
        "TreeEnsembleRegressor", ["features"], ["result"], domain="ai.onnx.ml", n_targets=1, **lists
    )
    folder.write(graph_of([tree]))


def fifo(name: str) -> Change:
    def change(folder: Folder) -> None:
        path = getattr(folder, name)
        path.unlink()
        os.mkfifo(path)

    return change


def as_folder(name: str) -> Change:
    def change(folder: Folder) -> None:
        getattr(folder, name).unlink()
        getattr(folder, name).mkdir()

    return change


def link_to(place: str) -> Change:
    def change(folder: Folder) -> None:
        folder.onnx.unlink()
        folder.onnx.symlink_to(place)

    return change


def filled(name: str, content: bytes) -> Change:
    return lambda folder: getattr(folder, name).write_bytes(content)  # type: ignore[no-any-return]


def huge(name: str, megabytes: int) -> Change:
    return lambda folder: os.truncate(getattr(folder, name), megabytes * 1_000_000)


def with_bytes(change: Callable[[bytes], bytes]) -> Change:
    """Another ONNX file, with a card that names its checksum."""
    return lambda folder: folder.write(change(folder.onnx.read_bytes()))


def with_graph(graph: onnx.ModelProto) -> Change:
    return lambda folder: folder.write(graph)


def with_fields(**fields: Any) -> Change:
    return lambda folder: folder.write(answering(0.5), **fields)


def pointing(content: object) -> Change:
    return lambda folder: folder.pointer.write_text(json.dumps(content))  # type: ignore[return-value]


SWAPPED = r"lacks the output 'result' \(float\) of a probability model"
FOREIGN = "was not written by dbt-retention and was not loaded"
NO_RESULT = "returned {} as probability; expected 0 to 1"
CASES: dict[str, tuple[Change, str]] = {
    "external data of a constant": (external, "reads external data for the tensor 'secret'"),
    "external data inside a node": (external_in_a_node, "reads external data for the tensor 'secret'"),
    "endless Loop": (with_body("Loop"), "has the operator Loop"),
    "If": (with_body("If"), "has the operator If"),
    "Scan": (with_body("Scan"), "has the operator Scan"),
    "a graph inside Identity": (body_of_an_allowed_operator, "has a graph inside the operator Identity"),
    "custom operator": (custom_operator, "has the operator evil.Add"),
    "functions of its own": (own_function, "defines functions"),
    "sparse constant of a terabyte": (sparse, "has sparse tensors"),
    "tree that leads back": (endless_tree, "has a tree whose branches lead back"),
    "operator that no export writes": (
        with_graph(graph_of([helper.make_node("Sign", ["features"], ["result"])])),
        "has the operator Sign",
    ),
    "ONNX file is a FIFO": (fifo("onnx"), r"model\.onnx is a FIFO; expected a regular file"),
    "card is a FIFO": (fifo("card"), r"card\.json is a FIFO; expected a regular file"),
    "champion.json is a FIFO": (fifo("pointer"), r"champion\.json is a FIFO; expected a regular file"),
    "ONNX file is a folder": (as_folder("onnx"), r"model\.onnx is a folder; expected a regular file"),
    "card is a folder": (as_folder("card"), r"card\.json is a folder"),
    "ONNX file is a link out": (link_to("/etc/hostname"), r"model\.onnx is a link"),
    "ONNX file is an endless device": (link_to("/dev/zero"), r"model\.onnx is a link"),
    "ONNX file of 101 MB": (
        huge("onnx", 101),
        r"model\.onnx has 101\.0 MB; allowed are 100\.0 MB.*max_model",
    ),
    "card of 200 MB": (huge("card", 200), r"card\.json has 200\.0 MB; allowed are 5\.0 MB"),
    "card not UTF-8": (filled("card", b'{"model": "\xff\xfe"}'), r"card\.json is not a model card"),
    "card truncated": (filled("card", b'{"model": "chu'), r"card\.json is not a model card"),
    "card empty": (filled("card", b""), r"card\.json is not a model card"),
    "card nested 100,000 deep": (filled("card", b"[" * 100_000), r"card\.json is not a model card"),
    "ONNX truncated, card matches": (
        with_bytes(lambda content: content[:-40]),
        "is not a complete ONNX|lacks",
    ),
    "ONNX empty, card matches": (with_bytes(lambda content: b""), "lacks the one input 'features'"),
    "ONNX of random bytes": (with_bytes(lambda content: b"\x9f\x00" * 500), "is not a complete ONNX file"),
    "ONNX of onnxruntime's own format": (
        with_bytes(lambda content: b"\x10\x00\x00\x00ORTM" + content),
        "is not a complete ONNX file|lacks",
    ),
    "ONNX of segments, card matches": (with_graph(answering(0.0, result=INT64)), SWAPPED),
    "ONNX with other features": (with_graph(answering(0.5, width=4)), r"does not take the 3 feature\(s\)"),
    "pointer: version null": (pointing({"model": "churn", "version": None}), "names version null"),
    "pointer: version is a number": (pointing({"model": "churn", "version": 7}), "names version 7"),
    "pointer: another model": (pointing({"model": "uplift", "version": "v1"}), 'of model "uplift"'),
    "pointer: a list": (pointing([1]), "is not a champion pointer"),
    "pointer: a path out": (pointing({"version": "../../v1"}), "is not a valid name of a model or version"),
    "pointer: nested deep": (filled("pointer", b"[" * 9_000), "is not a champion pointer"),
    "pointer not UTF-8": (filled("pointer", b'{"version": "\xff"}'), "is not a champion pointer"),
    "card of another version": (with_fields(version="v2"), "is the card of churn v2; expected churn v1"),
    "card of another model": (with_fields(model="uplift"), "is the card of uplift v1; expected churn v1"),
    "score of 7": (with_graph(answering(7.0)), NO_RESULT.format("7")),
    "score of -0.2": (with_graph(answering(-0.2)), NO_RESULT.format("-0.2")),
    "score is NaN": (with_graph(answering(float("nan"))), NO_RESULT.format("nan")),
    "score is infinite": (with_graph(answering(float("inf"))), NO_RESULT.format("inf")),
    "one score for all rows": (
        with_graph(
            graph_of(
                [
                    helper.make_node("Reshape", ["value", "flat"], ["result"]),
                ],
                FLAT,
                scalar("value", 0.5),
            )
        ),
        "returned 1 results for 64 rows; expected one a row",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_folder_is_refused_in_one_sentence(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Folder(tmp_path)
    assert score(folder) == [(0.5,)] * 3
    change, words = CASES[case]
    change(folder)
    message = refusal_of(folder)
    tried(record_property, f"model: {case}", expected=words, got=message.replace(str(tmp_path), ""))
    assert re.search(words, message), message
    assert "\n" not in message.strip()


@pytest.mark.parametrize(
    ("kind", "model", "graph", "call", "words"),
    [
        ("uplift", "uplift", answering(1.5), "onnx_score('uplift', r)", "returned 1.5 as uplift"),
        ("amount", "value", answering(-1.0), "onnx_score('value', r)", "returned -1 as amount"),
        ("cluster", "segments", answering(-1, result=INT64), "onnx_cluster('segments', r)",
         "returned segment -1; expected 0 to"),
    ],
)  # fmt: skip
def test_uplifts_amounts_and_segments_out_of_range_are_refused(
    kind: Kind, model: str, graph: onnx.ModelProto, call: str, words: str, tmp_path: Path,
    record_property: Record,
) -> None:  # fmt: skip
    folder = Folder(tmp_path, kind=kind, model=model)
    folder.write(graph)
    message = refusal_of(folder, call)
    tried(record_property, f"model: {kind} out of range", expected=words, got=message)
    assert f"model {model} v1 {words}" in message


def test_a_graph_that_computes_too_long_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    wide = numpy_helper.from_array(np.full((500, 500), 2e-3, dtype=np.float32), "wide")
    entry = numpy_helper.from_array(np.ones((3, 500), dtype=np.float32), "entry")
    nodes = [helper.make_node("MatMul", ["features", "entry"], ["x0"])]
    nodes += [helper.make_node("MatMul", [f"x{at}", "wide"], [f"x{at + 1}"]) for at in range(2000)]
    nodes += [helper.make_node("Gather", ["x2000", "first"], ["result"], axis=1)]
    folder = Folder(tmp_path)
    folder.write(graph_of(nodes, wide, entry, FIRST))
    monkeypatch.setattr(scoring, "SECONDS", 0.2)
    monkeypatch.setattr(scoring, "SECONDS_PER_ROW", 0.0)
    message = refusal_of(folder)
    tried(record_property, "model: computes too long", expected="took longer than", got=message)
    assert "model churn v1 took longer than 0 seconds" in message


SIGNATURES: dict[str, tuple[Change, str]] = {
    "not signed": (lambda folder: None, "is not signed, and RETENTION_SIGNING_KEY is set"),
    "card altered": (
        lambda folder: (
            publish(folder),
            folder.card.write_text(folder.card.read_text().replace("0.0", "9.0")),
        ),
        "was altered, or was signed with another RETENTION_SIGNING_KEY",
    ),
    "graph and checksum altered": (
        lambda folder: (
            publish(folder),
            folder.write(answering(0.1), signature=json.loads(folder.card.read_text())["signature"]),
        ),
        "was altered, or was signed with another RETENTION_SIGNING_KEY",
    ),
    "card with a field twice": (
        lambda folder: (
            publish(folder),
            folder.card.write_text('{"threshold": 0.1, ' + folder.card.read_text().lstrip()[1:]),
        ),
        "names a field twice",
    ),
}  # type: ignore[dict-item]


@pytest.mark.parametrize("case", SIGNATURES)
def test_with_a_key_only_signed_models_are_loaded(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    folder = Folder(tmp_path)
    monkeypatch.setenv("RETENTION_SIGNING_KEY", KEY)
    change, words = SIGNATURES[case]
    change(folder)
    message = refusal_of(folder)
    tried(record_property, f"signature: {case}", expected=words, got=message.replace(str(tmp_path), ""))
    assert words in message
    assert Registry(tmp_path).usable_champion_card("churn") is None
    assert Registry(tmp_path).cards("churn") == []


def test_a_signed_model_loads_with_its_key_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    folder = Folder(tmp_path)
    monkeypatch.setenv("RETENTION_SIGNING_KEY", KEY)
    publish(folder)
    assert score(folder) == [(0.5,)] * 3
    assert [card.version for card in Registry(tmp_path).cards("churn")] == ["v1"]
    monkeypatch.setenv("RETENTION_SIGNING_KEY", KEY + "x")
    message = refusal_of(folder)
    tried(record_property, "signature: another key", expected="signed with another", got=message)
    assert "signed with another RETENTION_SIGNING_KEY" in message
    monkeypatch.setenv("RETENTION_SIGNING_KEY", "")
    message = refusal_of(folder)
    tried(record_property, "signature: empty key", expected="expected at least 16", got=message)
    assert "RETENTION_SIGNING_KEY has 0 characters; expected at least 16" in message
    monkeypatch.delenv("RETENTION_SIGNING_KEY")
    assert score(folder) == [(0.5,)] * 3, "without a key, signatures are not asked for"


def test_the_limit_of_a_query_holds_for_the_file(tmp_path: Path, record_property: Record) -> None:
    folder = Folder(tmp_path)
    message = refusal_of(folder, "onnx_score('churn', r, 0.0001)")
    tried(record_property, "model: limit of the var", expected="allowed are", got=message)
    assert "allowed are 0.0 MB. Raise advanced: {max_model_megabytes: ...}" in message
    assert score(folder, "onnx_score('churn', r, 1)") == [(0.5,)] * 3


def test_a_models_folder_that_cannot_be_written_is_named(tmp_path: Path, record_property: Record) -> None:
    folder = Folder(tmp_path / "models")
    card, content = Registry(folder.root).read(folder.folder)
    (tmp_path / "file").write_text("")
    with pytest.raises(RetentionError) as caught:
        Registry(tmp_path / "file" / "models").publish(card, content)
    message = str(caught.value)
    tried(record_property, "models folder not writable", expected="cannot be written", got=message)
    assert "cannot be written: Not a directory. The churn model was trained but not published" in message
    with pytest.raises(RetentionError, match=r"max_model_megabytes is 0\.0001"):
        Registry(folder.root, max_model_megabytes=0.0001).publish(card, content)


def test_the_champion_stays_readable_while_a_foreign_version_lies_beside_it(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    other = tmp_path / "churn" / "v0"
    shutil.copytree(folder.folder, other)
    (other / "card.json").write_bytes(b"\xff")
    assert [card.version for card in Registry(tmp_path).cards("churn")] == ["v1"]
    with pytest.raises(ModelAlteredError, match="is not a model card"):
        scoring.load(other)
