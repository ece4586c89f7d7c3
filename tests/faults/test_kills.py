"""SIGKILL at random moments: what is there is complete, and the next run ends as if nothing had happened."""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import onnx
import pytest
from dbt_retention.commands.compact import compact
from dbt_retention.commands.erasure import erase
from dbt_retention.commands.publish import Destination, publish
from dbt_retention.dbt_runner import Project
from dbt_retention.registry.card import Card
from dbt_retention.registry.store import Registry
from dbt_retention.warehouse import Target
from fault_table import Record, lost, tried
from onnx import TensorProto, helper, numpy_helper
from rich.console import Console

MOMENTS = 10  # of each command, while it runs
FORK = multiprocessing.get_context("fork")
ROWS = 150_000


def kills(
    prepare: Callable[[], object], work: Callable[[], object], *, seconds: float, seed: int
) -> Iterator[None]:
    """Prepare, run `work`, and kill it at a random moment of its usual time.

    Goes on after each run, until MOMENTS runs were killed; some are over before their kill.
    """
    dice, running, runs = random.Random(seed), 0, 0
    while running < MOMENTS:
        runs += 1
        assert runs <= 10 * MOMENTS, f"of {runs} runs {running} were killed while running"
        prepare()
        process = FORK.Process(target=work)
        process.start()
        time.sleep(dice.random() * seconds)
        was_running = process.is_alive()
        process.kill()
        process.join()
        running += was_running
        seconds *= 1 if was_running else 0.9  # the machine is faster than when it was measured
        yield


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
    wrong = 0

    def prepare() -> None:
        shutil.rmtree(tmp_path / "churn")
        registry.publish(*old)

    for _ in kills(prepare, lambda: registry.publish(*new), seconds=seconds, seed=1):
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
        f"kill: publish a model, {MOMENTS} moments while it runs",
        expected="0 wrong champions",
        got=f"{wrong} wrong champions",
    )
    assert wrong == 0


def nothing_lost(record: Record, name: str, *, missing: int, unreadable: int) -> None:
    """Add a killed command to the table of faults; fail if rows or readable files were lost."""
    lost(record, "rows lost", missing)
    lost(record, "unreadable moments", unreadable)
    tried(
        record,
        f"kill: {name}, {MOMENTS} moments while it runs",
        expected="0 rows lost, 0 unreadable",
        got=f"{missing} rows lost, {unreadable} unreadable",
    )
    assert missing == unreadable == 0


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
    missing = unreadable = 0
    path = folder / "shop.duckdb"
    for _ in kills(lambda: shop_of(folder), work, seconds=seconds, seed=2):
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
    nothing_lost(record, name, missing=missing, unreadable=unreadable)


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


@pytest.mark.faults_long
def test_a_killed_publication_leaves_the_marts_of_one_build(tmp_path: Path, record_property: Record) -> None:
    path, place = tmp_path / "shop.duckdb", tmp_path / "serving/marts.duckdb"
    target = Target("shop", "dev", path, "main", tmp_path / "models")

    def built(build: int) -> None:
        with duckdb.connect(str(path)) as connection:
            for mart in ("mart_early_warning", "mart_retention_actions"):
                connection.execute(
                    f"create or replace table {mart} as "
                    f"select md5(i::varchar) as customer_id, {build} as build from range({ROWS}) t(i)"
                )

    def work() -> None:
        publish(target, [Destination("duckdb", place)], console=Console(quiet=True))

    def found() -> list[tuple[int, ...]]:
        """Builds of both marts, and their rows."""
        with duckdb.connect(str(place), read_only=True) as connection:
            return connection.sql(
                "select distinct build, count(*) from (from mart_early_warning union all from "
                "mart_retention_actions) group by build"
            ).fetchall()

    built(0)
    seconds = usual_time(work)
    missing = unreadable = build = 0

    def prepare() -> None:
        nonlocal build
        build += 1
        built(build)

    for _ in kills(prepare, work, seconds=seconds, seed=5):
        try:
            published = found()
        except duckdb.Error:
            unreadable += 1
        else:
            assert published[0][0] in (build - 1, build)
            missing += 2 * ROWS - published[0][1]
        assert usual_time(work) > 0
        assert found() == [(build, 2 * ROWS)], "the next run ends as an undisturbed one"
        assert [left.name for left in place.parent.iterdir()] == [place.name]
    nothing_lost(record_property, "retention publish", missing=missing, unreadable=unreadable)
