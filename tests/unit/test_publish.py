"""Publishing is all-or-nothing: readers see one build, whatever happens to the publisher."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT
from dbt_retention.commands.publish import Destination, publish, serving_file
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target
from rich.console import Console

MARTS = ("mart_customer_segments", "mart_early_warning", "mart_retention_actions")
QUIET = Console(quiet=True)
KILLED = """
import os, signal, sys
from pathlib import Path
from dbt_retention.commands.publish import {module} as module
from dbt_retention.commands.publish import Destination, publish
from dbt_retention.warehouse import Target
from rich.console import Console

real, calls = module.{function}, []

def kill_at_call(*given):
    calls.append(given)
    if len(calls) == {at}:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given)

module.{function} = kill_at_call
path = Path({warehouse!r})
target = Target("shop", "dev", path, "main", path.parent / "models")
publish(target, [Destination({kind!r}, Path({place!r}))], console=Console())
"""


def warehouse_of_build(folder: Path, build: int, *, rows: int = 10) -> Target:
    """A warehouse whose marts all have the number of their build in every row."""
    path = folder / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create or replace table int_retention__today as select date '2024-07-01' as as_of_date"
        )
        for mart in MARTS:
            connection.execute(
                f"create or replace table {mart} as select 'C' || range as customer_id, {build} as build "
                f"from range({rows + build})"
            )
    return Target("shop", "dev", path, "main", folder / "models")


def builds_in(path: Path) -> set[int]:
    """The builds that the marts of a serving file are from."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return {
            build
            for mart in MARTS
            for (build,) in connection.execute(f"select distinct build from {mart}").fetchall()
        }


def published(target: Target, kind: str, place: Path) -> Path:
    publish(target, [Destination(kind, place)], console=QUIET)
    return place


def test_the_serving_file_has_the_marts_and_says_what_they_are(tmp_path: Path) -> None:
    target = warehouse_of_build(tmp_path, 1)
    with duckdb.connect(str(target.path)) as connection:
        connection.execute("create table mart_of_the_shop as select 1 as secret")
        connection.execute("create table stg_retention__customers as select 'a@b.example' as email")
    place = tmp_path / "new" / "marts.duckdb"
    publish(target, [Destination("duckdb", place)], console=QUIET, invocation_id="one")
    with duckdb.connect(str(place), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        assert sorted(tables) == [("main", name) for name in sorted([*MARTS, "published_at"])]
        about = connection.execute(
            "select table_name, rows_count, as_of_date::varchar, invocation_id, package_version is not null, "
            "published_at between now()::timestamp - interval 1 day and now()::timestamp + interval 1 day "
            "from published_at order by table_name"
        ).fetchall()
        assert about == [(name, 11, "2024-07-01", "one", True, True) for name in MARTS]
        [(version,)] = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where database_name = 'marts'"
        ).fetchall()
    assert version == "v1.4.0+"
    assert not place.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def test_marts_are_published_without_hashed_addresses(tmp_path: Path) -> None:
    """Every hash of the contract of mart_ad_audiences is left out, and every other column is kept."""
    target = warehouse_of_build(tmp_path, 1)
    columns = ["audience", "customer_id", "as_of_date", "audience_reason"]
    hashes = ["google_email", "google_phone", "meta_em", "meta_ph", "tiktok_email_sha256"]
    hashes.append("tiktok_phone_sha256")
    text = (ROOT / "dbt_project/models/marts/advertising/mart_ad_audiences.yml").read_text()
    assert text.count("      - name: ") == len(columns + hashes)
    with duckdb.connect(str(target.path)) as connection:
        listed = ", ".join(f"'x' as {column}" for column in columns + hashes)
        connection.execute(f"create table mart_ad_audiences as select {listed}")
    place = published(target, "duckdb", tmp_path / "marts.duckdb")
    with duckdb.connect(str(place), read_only=True) as connection:
        kept = [row[0] for row in connection.execute("describe mart_ad_audiences").fetchall()]
    assert kept == columns


@pytest.mark.parametrize(
    ("module", "function", "at", "build"),
    [
        ("serving_file", "quoted_name", 3, 1),
        ("aside", "_remove", 1, 1),
        ("aside", "sync", 1, 1),
        ("aside", "sync", 2, 2),
        ("aside", "_remove", 2, 2),
    ],
    ids=["copying", "before it starts", "before it renames", "after it renames", "cleaning up"],
)
def test_a_killed_publisher_leaves_one_build(
    tmp_path: Path, module: str, function: str, at: int, build: int
) -> None:
    """Build 2 is published over build 1 by a process that is killed; build 3 is published as usual."""
    place = published(warehouse_of_build(tmp_path, 1), "duckdb", tmp_path / "serving" / "marts.duckdb")
    target = warehouse_of_build(tmp_path, 2)
    script = KILLED.format(
        module=module, function=function, at=at, warehouse=str(target.path), kind="duckdb", place=str(place)
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert builds_in(place) == {build}
    if function == "quoted_name":
        assert len(list(place.parent.iterdir())) > 1, "half of a file is beside it"
    published(warehouse_of_build(tmp_path, 3), "duckdb", place)
    assert builds_in(place) == {3}
    assert [path.name for path in place.parent.iterdir()] == ["marts.duckdb"]


def test_a_failed_publication_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = published(warehouse_of_build(tmp_path, 1), "duckdb", tmp_path / "serving" / "marts.duckdb")
    target = warehouse_of_build(tmp_path, 2)

    def full(name: str) -> str:
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(serving_file, "quoted_name", full)
    with pytest.raises(RetentionError, match="was not changed: No space left on device"):
        published(target, "duckdb", place)
    assert builds_in(place) == {1}
    assert [path.name for path in place.parent.iterdir()] == ["marts.duckdb"]


def test_publishing_waits_for_no_build_and_says_so(tmp_path: Path) -> None:
    target = warehouse_of_build(tmp_path, 1)
    place = published(target, "duckdb", tmp_path / "serving" / "marts.duckdb")
    script = f"""
import duckdb
with duckdb.connect({str(target.path)!r}):
    print("open", flush=True)
    input()
"""
    writer = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == "open\n"
    try:
        with pytest.raises(RetentionError, match="is in use by process"):
            published(target, "duckdb", place)
        assert builds_in(place) == {1}, "readers are not locked out"
    finally:
        writer.communicate("\n")


@pytest.mark.parametrize(
    ("place", "says"),
    [("shop.duckdb", "is the warehouse itself"), ("", "is a folder; expected a file")],
)
def test_wrong_destinations_are_refused(tmp_path: Path, place: str, says: str) -> None:
    target = warehouse_of_build(tmp_path, 1)
    with pytest.raises(RetentionError, match=says):
        published(target, "duckdb", tmp_path / place)


def test_a_warehouse_without_marts_is_refused(tmp_path: Path) -> None:
    target = Target("shop", "dev", tmp_path / "shop.duckdb", "main", tmp_path)
    with duckdb.connect(str(target.path)) as connection:
        connection.execute("create table orders as select 1 as order_id")
    with pytest.raises(RetentionError, match=r"has no mart in schema main.* retention build"):
        published(target, "duckdb", tmp_path / "marts.duckdb")
    assert not (tmp_path / "marts.duckdb").exists()


READER = """
import sys, time, duckdb
path, marts, seconds = sys.argv[1], sys.argv[2].split(","), float(sys.argv[3])
until, answers, builds = time.monotonic() + seconds, 0, set()
while time.monotonic() < until:
    with duckdb.connect(path, read_only=True) as connection:
        parts = [f"select '{mart}' as mart, min(build), max(build), count(*) from {mart}" for mart in marts]
        rows = connection.execute(" union all ".join(parts)).fetchall()
        counts = dict(connection.execute("select table_name, rows_count from published_at").fetchall())
    found = {build for _, lowest, highest, _ in rows for build in (lowest, highest)}
    assert len(found) == 1, f"an answer from builds {found}"
    assert {mart: count for mart, _, _, count in rows} == counts, (rows, counts)
    builds |= found
    answers += 1
print(answers, len(builds))
"""


def test_four_readers_see_one_build_each_time(tmp_path: Path) -> None:
    """They query the file while another process publishes build after build."""
    place = published(warehouse_of_build(tmp_path, 1), "duckdb", tmp_path / "serving" / "marts.duckdb")
    command = [sys.executable, "-c", READER, str(place), ",".join(MARTS), "4"]
    readers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    ended = threading.Event()
    outputs: list[tuple[str, str]] = []

    def wait() -> None:
        outputs.extend(reader.communicate() for reader in readers)
        ended.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    build = 1
    while not ended.is_set():
        build += 1
        published(warehouse_of_build(tmp_path, build), "duckdb", place)
    waiting.join()
    for reader, (printed, error) in zip(readers, outputs, strict=True):
        assert reader.returncode == 0, error
        answers, builds = map(int, printed.split())
        assert answers > 10
        assert builds > 3, f"{builds} of {build} builds were seen"


def test_two_publishers_take_turns(tmp_path: Path) -> None:
    target = warehouse_of_build(tmp_path, 1, rows=20_000)
    place = tmp_path / "serving" / "marts.duckdb"
    script = KILLED.format(
        module="aside", function="sync", at=99, warehouse=str(target.path), kind="duckdb", place=str(place)
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    errors = [each.communicate()[1] for each in running]
    assert [each.returncode for each in running] == [0, 0], errors
    assert builds_in(place) == {1}
    assert os.listdir(place.parent) == ["marts.duckdb"]
