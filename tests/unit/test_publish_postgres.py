"""PostgreSQL receives all marts in one transaction, and keeps the old ones after any failure."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from dbt_retention.commands.publish import Destination, publish
from dbt_retention.errors import RetentionError
from test_publish import KILLED, MARTS, QUIET, warehouse_of_build

dbapi = pytest.importorskip("adbc_driver_postgresql.dbapi", reason="the extra postgres is not installed")
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
INITDB = shutil.which("initdb") or (str(SERVERS[-1].with_name("initdb")) if SERVERS else None)


@pytest.fixture(scope="module", autouse=True)
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A PostgreSQL server in a temporary folder, on a socket there and on no network port."""
    if INITDB is None:
        pytest.skip("no PostgreSQL server; install one: apt-get install postgresql")
    as_user: list[str] = []
    folder = tmp_path_factory.mktemp("pg")
    if os.geteuid() == 0:  # the server refuses to run as root
        as_user = ["runuser", "-u", "postgres", "--"]
        if subprocess.run([*as_user, "true"], check=False, capture_output=True).returncode != 0:
            pytest.skip("the tests run as root and there is no user postgres, so no server can be started")
        folder = Path(
            subprocess.check_output(
                [*as_user, "mktemp", "-d", "-t", "retention-pg.XXXXXX"], text=True
            ).strip()
        )
    control = [*as_user, str(Path(INITDB).with_name("pg_ctl")), "-D", str(folder / "data"), "-w"]
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    initialised = [
        *as_user,
        INITDB,
        "-D",
        str(folder / "data"),
        "-U",
        "shop",
        "--auth",
        "trust",
        "-E",
        "UTF8",
    ]
    subprocess.run([*initialised, "--no-locale"], check=True, capture_output=True, cwd="/")
    try:
        log = ["-l", str(folder / "log")]
        subprocess.run([*control, *log, "-o", options, "start"], check=True, capture_output=True, cwd="/")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {"PGHOST": str(folder), "PGUSER": "shop", "PGDATABASE": "postgres"}.items():
                patch.setenv(name, value)
            yield
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def empty_schema() -> None:
    rows_of("drop schema if exists retention cascade; select 1")


def rows_of(sql: str) -> list[tuple[object, ...]]:
    """Rows of the last of some statements, read by ADBC."""
    with dbapi.connect("postgresql://") as connection, connection.cursor() as cursor:
        for statement in sql.split(";"):
            cursor.execute(statement)
        rows = list(cursor.fetchall())
        connection.commit()
    return rows


def published_builds() -> set[object]:
    return {build for mart in MARTS for (build,) in rows_of(f"select distinct build from retention.{mart}")}


def publish_build(folder: Path, build: int) -> None:
    publish(warehouse_of_build(folder, build), [Destination("postgres", "retention")], console=QUIET)


def test_tables_have_the_types_and_values_of_the_marts(tmp_path: Path) -> None:
    target = warehouse_of_build(tmp_path, 1)
    with duckdb.connect(str(target.path)) as connection:
        connection.execute(
            """
            create table mart_drift as from (values
                ('it''s "é" 漢', 7::integer, 8::bigint, 0.1::double, date '2024-07-01', true,
                    timestamp '2024-07-01 12:34:56.789', 'nan'::double, 1.25::decimal(9, 2)),
                (null, null, null, null, null, null, null, null, null)
            ) as t (a_text, an_integer, a_bigint, a_double, a_date, a_boolean, a_time, a_nan, a_decimal)
            """
        )
    publish(target, [Destination("postgres", "retention")], console=QUIET)
    kinds = rows_of(
        "select column_name::text, data_type::text from information_schema.columns "
        "where table_schema = 'retention' and table_name = 'mart_drift' order by ordinal_position"
    )
    assert [kind for _, kind in kinds] == [
        *("text", "integer", "bigint", "double precision", "date", "boolean"),
        *("timestamp without time zone", "double precision", "text"),
    ]
    [first, second] = rows_of(
        "select a_text, an_integer, a_bigint, a_double, a_date::text, a_boolean, a_time::text, a_nan::text, "
        "a_decimal from retention.mart_drift order by a_text"
    )
    assert first == (
        *('it\'s "é" 漢', 7, 8, 0.1, "2024-07-01", True, "2024-07-01 12:34:56.789", "NaN", "1.25"),
    )
    assert set(second) == {None}
    counts = rows_of("select table_name, rows_count from retention.published_at order by table_name")
    assert counts == [(name, 2 if name == "mart_drift" else 11) for name in sorted((*MARTS, "mart_drift"))]


def test_a_failure_at_the_last_table_changes_no_table(tmp_path: Path) -> None:
    """PostgreSQL refuses the text in the last mart: it contains the character 0."""
    publish_build(tmp_path, 1)
    target = warehouse_of_build(tmp_path, 2)
    with duckdb.connect(str(target.path)) as connection:
        connection.execute("create table mart_value_quality as select chr(0) as text")
    with pytest.raises(RetentionError, match="schema retention of PostgreSQL was not changed: "):
        publish(target, [Destination("postgres", "retention")], console=QUIET)
    assert published_builds() == {1}


def test_a_killed_publisher_changes_no_table(tmp_path: Path) -> None:
    publish_build(tmp_path, 1)
    target = warehouse_of_build(tmp_path, 2)
    script = KILLED.format(
        **{"module": "postgres", "function": "_columns_of", "at": 3, "warehouse": str(target.path)},
        **{"kind": "postgres", "place": "retention"},
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert published_builds() == {1}
    publish_build(tmp_path, 3)
    assert published_builds() == {3}


def test_readers_see_one_build_and_wait_for_none(tmp_path: Path) -> None:
    """A query over all marts is repeated while build after build is published."""
    publish_build(tmp_path, 1)
    query = " union all ".join(
        f"select min(build) as one, max(build) as two from retention.{mart}" for mart in MARTS
    )
    ended, seen, errors = threading.Event(), set(), []

    def read() -> None:
        try:
            while not ended.is_set():
                found = {build for row in rows_of(query) for build in row}
                assert len(found) == 1, found
                seen.update(found)
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for build in range(2, 12):
        publish_build(tmp_path, build)
    ended.set()
    for reader in readers:
        reader.join()
    assert not errors, errors
    assert len(seen) > 3, seen


def test_a_mart_with_other_columns_replaces_the_old_one(tmp_path: Path) -> None:
    publish_build(tmp_path, 1)
    target = warehouse_of_build(tmp_path, 2)
    with duckdb.connect(str(target.path)) as connection:
        connection.execute("alter table mart_early_warning add column new_one integer default 5")
        connection.execute("drop table mart_retention_actions")
    publish(target, [Destination("postgres", "retention")], console=QUIET)
    assert rows_of("select distinct new_one from retention.mart_early_warning") == [(5,)]
    tables = rows_of(
        "select table_name::text from information_schema.tables where table_schema = 'retention'"
    )
    assert sorted(tables) == [("mart_customer_segments",), ("mart_early_warning",), ("published_at",)]


def test_a_table_of_somebody_else_is_kept(tmp_path: Path) -> None:
    rows_of("create schema retention; create table retention.mart_early_warning (mine text); select 1")
    with pytest.raises(RetentionError, match="was not written by retention publish, and was not changed"):
        publish_build(tmp_path, 1)
    assert rows_of("select count(*) from retention.mart_early_warning") == [(0,)]


def test_an_unreachable_server_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", str(tmp_path))
    monkeypatch.setenv("PGPASSWORD", "secret-word")
    with pytest.raises(RetentionError, match="PostgreSQL was not changed") as raised:
        publish_build(tmp_path, 1)
    assert "secret-word" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_psql_reads_the_marts(tmp_path: Path) -> None:
    """PostgreSQL's own client, as other tools see them."""
    publish_build(tmp_path, 1)
    psql = shutil.which("psql") or str(Path(str(INITDB)).with_name("psql"))
    query = "select count(*), min(build) from retention.mart_early_warning"
    assert subprocess.check_output([psql, "-Atc", query], text=True).strip() == "11|1"
