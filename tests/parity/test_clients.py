"""Other clients read the marts, and no build locks them out: `make test-clients`.

The clients are in an environment of their own: DuckDB 1.4, SQLAlchemy, pandas and ADBC. PostgreSQL's clients
are in tests/unit/test_publish_postgres.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from client import QUERIES
from conftest import ROOT, Shop, copy_of, seeds_shop

pytestmark = pytest.mark.clients

SECONDS = 120
BUILDS = 3
PLACES = {
    "duckdb": "marts.duckdb",
    "sqlalchemy": "marts.duckdb",
    "pandas": "marts.duckdb",
    "adbc": "marts.duckdb",
    "parquet": "parquet",
    "csv": "csv",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The seeds, built by `retention build`, and published in three forms."""
    made = seeds_shop(tmp_path_factory.mktemp("clients"))
    done = made.run("retention", "build", "--project", str(made.project), "--publish", "marts.duckdb")
    assert done.returncode == 0, done.stdout + done.stderr
    places = ["--parquet", "parquet", "--csv", "csv"]
    done = made.run("retention", "publish", "--project", str(made.project), *places)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def asked(client: str, place: Path) -> dict[str, Any]:
    """What a client in its own environment answers."""
    python = Path(os.environ["RETENTION_CLIENTS"]) / "python"
    script = ROOT / "tests" / "parity" / "client.py"
    done = subprocess.run([python, script, client, place], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


@pytest.mark.parametrize("client", PLACES)
def test_clients_read_the_published_marts(shop: Shop, client: str) -> None:
    answers = asked(client, shop.folder / PLACES[client])
    assert answers["version"].startswith("1.4.")
    counts, warnings = answers["answers"]
    wanted = shop.query(QUERIES["warnings"])
    assert len(wanted) > 300
    assert [row[0] for row in warnings] == [row[0] for row in wanted]
    assert [row[2] for row in warnings] == pytest.approx([row[2] for row in wanted], abs=1e-15)
    assert [[row[1], *row[3:]] for row in warnings] == [[str(row[1]), *row[3:]] for row in wanted]
    for name, count in counts:
        assert shop.query(f"select count(*) from {name}") == [(count,)]
    assert len(counts) > 30


def test_duckdb_1_4_reads_the_warehouse(shop: Shop) -> None:
    """The profile of this repository sets the storage version, as every profile of the documentation does."""
    python = Path(os.environ["RETENTION_CLIENTS"]) / "python"
    query = (
        "import duckdb, sys; connection = duckdb.connect(sys.argv[1], read_only=True); "
        "counted = connection.sql('select count(*) from mart_early_warning').fetchall(); "
        "print(duckdb.__version__, counted[0][0])"
    )
    printed = subprocess.check_output([python, "-c", query, shop.warehouse], text=True).split()
    assert printed[0].startswith("1.4.")
    assert shop.query("select count(*) from mart_early_warning") == [(int(printed[1]),)]


def test_four_readers_query_for_two_minutes_while_builds_run(shop: Shop, tmp_path: Path) -> None:
    copied = copy_of(shop, tmp_path / "loop")
    place = shop.folder / "marts.duckdb"
    python = Path(os.environ["RETENTION_CLIENTS"]) / "python"
    stop = tmp_path / "stop"
    command = [python, ROOT / "tests" / "parity" / "client.py", "loop", place, stop]
    readers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    started, builds = time.monotonic(), 0
    try:
        while builds < BUILDS or time.monotonic() - started < SECONDS:
            builds += 1
            build = ("retention", "build", "--project", str(copied.project), "--publish", str(place))
            done = copied.run(*build, "--only", "warnings")
            assert done.returncode == 0, done.stdout + done.stderr
    finally:
        stop.touch()
    for reader in readers:
        printed, error = reader.communicate()
        assert reader.returncode == 0, error
        found = json.loads(printed)
        print(found)
        assert found["answers"] > 100
        assert found["builds"] >= BUILDS - 1, "a reader is between two builds when they stop"
