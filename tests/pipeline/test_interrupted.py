"""A build that was killed and started again gives the same tables as an undisturbed one."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from conftest import COMMANDS, Shop

pytestmark = pytest.mark.whole_shop

PATIENCE_SECONDS = 600
HALF_WAY = "Began executing node model.retention.feat_frequency_decline"


def kill_half_way(shop: Shop) -> None:
    """Start a build in a separate process group and kill the group once the features have started."""
    log = shop.folder / "logs" / "dbt.log"
    places = ["--target-path", str(shop.folder / "target"), "--log-path", str(log.parent)]
    places += ["--project-dir", str(shop.project)]
    process = subprocess.Popen(
        [str(COMMANDS / "dbt"), "--quiet", "build", "--exclude-resource-type", "test", *places],
        cwd=shop.folder,
        env=os.environ | {"RETENTION_DUCKDB": str(shop.warehouse), "RETENTION_MODELS": str(shop.models)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    begun = time.monotonic()
    try:
        while not log.exists() or HALF_WAY not in log.read_text(encoding="utf-8"):
            assert process.poll() is None, "the build ended before it could be killed"
            assert time.monotonic() - begun < PATIENCE_SECONDS
            time.sleep(0.1)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_killed_and_restarted_build_gives_the_same_tables(shop_of_seeds: Shop, built_shop: Shop) -> None:
    kill_half_way(shop_of_seeds)
    half = shop_of_seeds.query("select table_name from duckdb_tables()")
    shop_of_seeds.build()
    found, expected = shop_of_seeds.tables(), built_shop.tables()
    assert 0 < len(half) < len(found)
    assert {name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)} == set()
