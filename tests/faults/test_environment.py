"""Killed builds, a full disk, little memory, no network, two builds at once. Nothing is half written."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from conftest import Shop
from dbt_retention.registry.store import Registry
from fault_table import Record, lost, tried
from few_customers import generate_few, shop_of_files

pytestmark = pytest.mark.faults_long

MOMENTS = 5
TRAIN = ("retention", "train")
BUILD = ("dbt", "build", "--exclude-resource-type", "test", "--target-path", "target", "--log-path", "logs")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The shop, built once. Read only."""
    folder = tmp_path_factory.mktemp("few")
    generate_few(folder / "inputs")
    shop = shop_of_files(folder / "shop", folder / "inputs")
    shop.build()
    return shop


@pytest.fixture
def unbuilt(few: Shop, tmp_path: Path) -> Shop:
    """The same project with an empty warehouse and without models."""
    folder = tmp_path / "shop"
    shutil.copytree(
        few.folder, folder, symlinks=True, ignore=shutil.ignore_patterns("warehouse", "models_onnx")
    )
    return replace(
        few,
        folder=folder,
        project=folder,
        warehouse=folder / "warehouse/somebody.duckdb",
        models=folder / "models_onnx",
    )


def started(shop: Shop, *words: str, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Start a command of the shop in a process group of its own; its output is one text."""
    environment = {
        "RETENTION_DUCKDB": os.path.relpath(shop.warehouse, shop.folder),
        "RETENTION_MODELS": os.path.relpath(shop.models, shop.folder),
        "COLUMNS": "200",
    }
    return subprocess.Popen(
        [*before, str(shop.commands / words[0]), *words[1:]],
        cwd=shop.folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def differing(one: Shop, other: Shop) -> set[str]:
    found, expected = one.tables(), other.tables()
    return {name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)}


def killed(shop: Shop, *words: str, after: float) -> bool:
    """Kill a command after so many seconds; whether it was still running."""
    process = started(shop, *words)
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


def test_a_build_killed_again_and_again_ends_in_the_same_tables(
    few: Shop, unbuilt: Shop, record_property: Record
) -> None:
    began = time.perf_counter()
    assert started(unbuilt, *BUILD).wait() == 0
    usual = time.perf_counter() - began
    shutil.rmtree(unbuilt.warehouse.parent)
    shutil.rmtree(unbuilt.models)
    dice = random.Random(3)
    running = sum(killed(unbuilt, *BUILD, after=dice.uniform(0.2, 0.9) * usual) for _ in range(MOMENTS))
    unbuilt.build()
    different = differing(unbuilt, few)
    lost(record_property, "rows lost", len(different))
    tried(
        record_property,
        f"kill: build, {MOMENTS} moments one after the other",
        expected="the same tables as an undisturbed build",
        got=f"{len(different)} tables differ, {running} killed while running",
    )
    assert different == set()
    assert running > 0


def test_a_killed_training_leaves_a_complete_champion(
    few: Shop, unbuilt: Shop, record_property: Record
) -> None:
    unbuilt.warehouse.parent.mkdir()
    shutil.copy(few.warehouse, unbuilt.warehouse)
    shutil.copytree(few.models, unbuilt.models)
    began = time.perf_counter()
    assert started(unbuilt, *TRAIN).wait() == 0
    usual = time.perf_counter() - began
    dice = random.Random(4)
    wrong = running = 0
    for _ in range(MOMENTS):
        running += killed(unbuilt, *TRAIN, after=dice.uniform(0.3, 0.95) * usual)
        wrong += Registry(unbuilt.models).usable_champion_card("churn") is None
    unbuilt.build("--select", "ml_churn_scores")
    lost(record_property, "wrong champions", wrong)
    tried(
        record_property,
        f"kill: retention train, {MOMENTS} moments",
        expected="0 wrong champions",
        got=f"{wrong} wrong champions, {running} killed while running",
    )
    assert wrong == 0
    assert running > 0


def test_a_full_disk_stops_the_build_and_the_next_one_ends_it(
    few: Shop, unbuilt: Shop, record_property: Record
) -> None:
    """No file may grow over 8 MB, as if the disk were full."""
    process = started(unbuilt, *BUILD, before=("prlimit", f"--fsize={8 << 20}"))
    output, _ = process.communicate()
    assert process.returncode != 0
    unbuilt.build()
    different = differing(unbuilt, few)
    lost(record_property, "rows lost", len(different))
    said = next((line for line in output.splitlines() if "Error" in line), "no line says Error")
    tried(record_property, "disk full during a build", expected="an error; then the same tables", got=said)
    assert different == set()
    assert "File too large" in output or "write" in output, output[-2000:]


def test_little_memory_is_enough(few: Shop, unbuilt: Shop, record_property: Record) -> None:
    path = unbuilt.folder / "profiles.yml"
    profiles = yaml.safe_load(path.read_text())
    profiles["somebody"]["outputs"]["duckdb"]["config_options"]["memory_limit"] = "200MB"
    path.write_text(yaml.safe_dump(profiles))
    unbuilt.build()
    different = differing(unbuilt, few)
    tried(
        record_property,
        "200 MB of memory for DuckDB",
        expected="the same tables",
        got=f"{len(different)} differ",
    )
    assert different == set()


@pytest.mark.skipif(
    not shutil.which("unshare") or subprocess.run(["unshare", "-rn", "true"], check=False).returncode != 0,
    reason="this machine does not let a test take the network away",
)
def test_a_build_needs_no_network(few: Shop, unbuilt: Shop, record_property: Record) -> None:
    process = started(unbuilt, *BUILD, before=("unshare", "-rn"))
    output, _ = process.communicate()
    tried(record_property, "no network", expected="a build", got=f"exit code {process.returncode}")
    assert process.returncode == 0, output
    assert differing(unbuilt, few) == set()


def test_of_two_builds_at_once_one_is_refused(few: Shop, unbuilt: Shop, record_property: Record) -> None:
    first, second = (started(unbuilt, "retention", "build") for _ in range(2))
    outputs = {process: process.communicate()[0] for process in (first, second)}
    failed = [process for process in outputs if process.returncode != 0]
    said = " ".join(outputs[failed[0]].split()) if failed else "both passed"
    tried(record_property, "two builds at once", expected="one passes, one says why not", got=said[-120:])
    assert len(failed) == 1, list(outputs.values())
    assert "in use by process" in said
    assert differing(unbuilt, few) == set()


def test_a_clock_that_was_set_back_changes_nothing(few: Shop, unbuilt: Shop, record_property: Record) -> None:
    """The same day a third time, 400 days earlier by the clock."""
    if not shutil.which("faketime"):
        pytest.skip("faketime is not installed")
    unbuilt.warehouse.parent.mkdir()
    shutil.copy(few.warehouse, unbuilt.warehouse)
    shutil.copytree(few.models, unbuilt.models)
    unbuilt.build()
    expected = unbuilt.tables()
    process = started(unbuilt, *BUILD, before=("faketime", "-f", "-400d"))
    output, _ = process.communicate()
    found = unbuilt.tables()
    different = {name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)}
    tried(record_property, "clock set back", expected="the same tables", got=f"{len(different)} differ")
    assert process.returncode == 0, output
    assert different == set()
