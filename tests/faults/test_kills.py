"""SIGKILL at random moments: what is there is complete, and the next run ends as if nothing had happened."""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import onnx
import pytest
from dbt_retention.commands.compact import compact
from dbt_retention.commands.erasure import erase
from dbt_retention.dbt_runner import Project
from dbt_retention.registry.card import Card
from dbt_retention.registry.store import Registry
from dbt_retention.warehouse import Target
from fault_table import Record, lost, tried
from onnx import TensorProto, helper, numpy_helper
from rich.console import Console

MOMENTS = 10  # of each command
FORK = multiprocessing.get_context("fork")
ROWS = 150_000


def killed_at(share: float, work: Callable[[], object], *, seconds: float) -> bool:
    """Run `work` and kill it after this share of its usual time; whether it was still running."""
    process = FORK.Process(target=work)
    process.start()
    time.sleep(share * seconds)
    was_running = process.is_alive()
    process.kill()
    process.join()
    return was_running


def usual_time(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    process = FORK.Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == 0
    return time.perf_counter() - began


def model_of(version: str, padding: int) -> tuple[Card, bytes]:
    """A model of about `padding` numbers, so that writing it takes a moment."""
    nodes = [
        helper.make_node("Gather", ["features", "first"], ["column"], axis=1),
        helper.make_node("Sigmoid", ["column"], ["p"]),
        helper.make_node("Reshape", ["p", "flat"], ["result"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([0], dtype=np.int64), "first"),
        numpy_helper.from_array(np.array([-1], dtype=np.int64), "flat"),
        numpy_helper.from_array(np.full(padding, float(len(version)), dtype=np.float32), "padding"),
    ]
    graph = helper.make_graph(
        nodes,
        version,
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [None, 1])],
        [helper.make_tensor_value_info("result", TensorProto.FLOAT, [None])],
        initializer=constants,
    )
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    content = model.SerializeToString()
    card = Card(
        model="churn",
        version=version,
        kind="probability",
        onnx_sha256=hashlib.sha256(content).hexdigest(),
        features=["silent"],
        feature_medians=[0.0],
        trained_at="2024-01-01T00:00:00+00:00",
        parity={"rows": 1, "rows_with_nulls": 0, "max_difference": 0, "tolerance": 0},
        libraries={},
        intended_use="",
        limits="",
    )
    return card, content


@pytest.mark.faults_long
def test_a_killed_publication_of_a_model_leaves_a_complete_champion(
    tmp_path: Path, record_property: Record
) -> None:
    old, new = model_of("v1", 3_000_000), model_of("version2", 3_000_000)
    registry = Registry(tmp_path)
    registry.publish(*old)
    seconds = usual_time(lambda: registry.publish(*new))
    wrong = running = 0
    dice = random.Random(1)
    for _ in range(MOMENTS):
        shutil.rmtree(tmp_path / "churn")
        registry.publish(*old)
        running += killed_at(dice.random(), lambda: registry.publish(*new), seconds=seconds)
        champion = registry.champion_card("churn")
        wrong += champion is None or champion.version not in ("v1", "version2")
        registry.publish(*new)
        after = registry.champion_card("churn")
        assert after is not None
        assert after.version == "version2"
        assert {card.version for card in registry.cards("churn")} == {"v1", "version2"}
    lost(record_property, "wrong champions", wrong)
    tried(
        record_property,
        f"kill: publish a model, {MOMENTS} moments",
        expected="0 wrong champions",
        got=f"{wrong} wrong champions, {running} killed while running",
    )
    assert wrong == 0
    assert running > 0


def shop_of(folder: Path) -> Path:
    (folder / "dbt_project.yml").write_text("{name: shop, profile: shop}")
    (folder / "profiles.yml").write_text(
        "{shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}}"
    )
    path = folder / "shop.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table orders as select 'C' || i % 1000 as customer_id, i as order_id, "
            f"md5(i::varchar) as x from range({ROWS}) t(i)"
        )
    return path


def rows_of_others(path: Path) -> tuple[int, int]:
    """Rows of all but customer C7, and of C7. Raises where the file cannot be read."""
    with duckdb.connect(str(path), read_only=True) as connection:
        [found] = connection.sql(
            "select count(*) filter (where customer_id <> 'C7'), count(*) filter (where customer_id = 'C7') "
            "from orders"
        ).fetchall()
    return found  # type: ignore[no-any-return]


def all_moments(
    folder: Path, work: Callable[[], object], record: Record, *, name: str, allowed: tuple[int, ...]
) -> None:
    """Kill `work` at random moments; C7 has one of the allowed numbers of rows, others lose none."""
    others = ROWS - ROWS // 1000
    shop_of(folder)
    seconds = usual_time(work)
    missing = unreadable = running = 0
    dice = random.Random(2)
    for _ in range(MOMENTS):
        path = shop_of(folder)
        running += killed_at(dice.random(), work, seconds=seconds)
        try:
            kept, theirs = rows_of_others(path)
        except duckdb.Error:
            unreadable += 1
            continue
        missing += others - kept
        assert theirs in allowed
        assert usual_time(work) > 0
        assert rows_of_others(path) == (others, allowed[-1]), "the next run ends as an undisturbed one"
        assert not [left for left in folder.iterdir() if left.name.endswith((".erasing", ".compacting"))]
    lost(record, "rows lost", missing)
    lost(record, "unreadable moments", unreadable)
    tried(
        record,
        f"kill: {name}, {MOMENTS} moments",
        expected="0 rows lost, 0 unreadable",
        got=f"{missing} rows lost, {unreadable} unreadable, {running} killed while running",
    )
    assert missing == unreadable == 0
    assert running > 0


@pytest.mark.faults_long
def test_a_killed_erasure_leaves_the_old_file_or_the_new(tmp_path: Path, record_property: Record) -> None:
    all_moments(
        tmp_path,
        lambda: erase(Project(tmp_path, tmp_path), "C7"),
        record_property,
        name="erase",
        allowed=(ROWS // 1000, 0),
    )


@pytest.mark.faults_long
def test_a_killed_compact_leaves_the_old_file_or_the_new(tmp_path: Path, record_property: Record) -> None:
    target = Target(
        profile_name="shop",
        target_name="dev",
        path=tmp_path / "shop.duckdb",
        schema="main",
        models_path=tmp_path / "models",
    )
    all_moments(
        tmp_path,
        lambda: compact(target, console=Console(quiet=True)),
        record_property,
        name="compact",
        allowed=(ROWS // 1000,),
    )
