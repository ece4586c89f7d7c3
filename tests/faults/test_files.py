"""A warehouse that is locked, full, renamed or grown: one clear sentence, or the same tables."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from dbt_retention.commands import compact as compact_module
from dbt_retention.commands.compact import compact
from dbt_retention.dbt_runner import readable
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target, open_to_read
from fault_table import Record, lost, tried
from rich.console import Console


def target_of(folder: Path) -> Target:
    path = folder / "shop.duckdb"
    return Target(
        profile_name="shop", target_name="dev", path=path, schema="main", models_path=folder / "models"
    )


@contextmanager
def held(path: Path) -> Iterator[int]:
    """Another process that has the file open to write; its id."""
    script = f"import duckdb; c = duckdb.connect({str(path)!r}); print('open', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "open\n"
        yield holder.pid
        holder.stdin.write("\n")
        holder.stdin.close()


def test_a_locked_file_names_the_process_and_what_to_do(tmp_path: Path, record_property: Record) -> None:
    target = target_of(tmp_path)
    duckdb.connect(str(target.path)).close()
    with held(target.path) as pid:
        with pytest.raises(RetentionError) as caught:
            open_to_read(target)
        with pytest.raises(duckdb.IOException) as raw:
            duckdb.connect(str(target.path))
    message = str(caught.value)
    tried(record_property, "file: locked, summary", expected="in use by process", got=message)
    of_build = readable(f"Runtime Error\n  {raw.value}")
    tried(record_property, "file: locked, build and train", expected="in use by process", got=of_build)
    for words in (message, of_build):
        assert words.startswith(f"{target.path} is in use by process {pid} ("), words
        assert "Wait until that process ends, or close it, and try again" in words
        assert "retention publish --duckdb" in words
        assert "http" not in words


GROWN = """
    create table kept as select i as customer_id, 'x' || i as name from range(200000) t(i);
    create view few as select * from kept where customer_id < 10;
    create table gone as select i, md5(i::varchar) as text from range(300000) t(i);
    checkpoint;
    drop table gone;
    checkpoint;
"""


def grown(folder: Path) -> Target:
    target = target_of(folder)
    with duckdb.connect(str(target.path)) as connection:
        connection.execute(GROWN)
    return target


def content(target: Target) -> list[tuple[object, ...]]:
    with duckdb.connect(str(target.path), read_only=True) as connection:
        return connection.sql(
            "select count(*), sum(hash(kept)::hugeint), (select count(*) from few) from kept"
        ).fetchall()


def test_compact_gives_free_blocks_back_and_keeps_every_row(tmp_path: Path, record_property: Record) -> None:
    target = grown(tmp_path)
    rows = content(target)
    target.path.chmod(0o640)
    before, after = compact(target, console=Console(quiet=True))
    got = f"{before / 1e6:.1f} to {after / 1e6:.1f} MB"
    tried(record_property, "file: compact", expected="less than half", got=got)
    lost(record_property, "rows lost", 0 if content(target) == rows else 1)
    assert after < before / 2
    assert content(target) == rows
    assert target.path.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.duckdb"]


def test_an_interrupted_compact_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    target = grown(tmp_path)
    rows = content(target)

    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(os, "replace", broken_off)
        with pytest.raises(KeyboardInterrupt):
            compact(target, console=Console(quiet=True))
    assert content(target) == rows
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.duckdb"]
    monkeypatch.setattr(compact_module.shutil, "disk_usage", lambda _: type("Full", (), {"free": 1000}))
    with pytest.raises(RetentionError) as caught:
        compact(target, console=Console(quiet=True))
    tried(record_property, "file: compact on a full disk", expected="was not changed", got=str(caught.value))
    assert "was not changed: its copy needs" in str(caught.value)
    assert content(target) == rows
