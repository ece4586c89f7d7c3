"""A warehouse and models of an older version of the package: a build of this version goes on with them."""

from __future__ import annotations

import os
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT, Shop, seeds_shop
from fault_table import Record, lost, tried

pytestmark = pytest.mark.faults_long

# Any commit whose package runs with the installed libraries.
OLDER = os.environ.get("RETENTION_UPGRADE_FROM", "HEAD~20")
LATER = "2024-07-16"
PREDICTIONS = "customer_id, as_of_date, churn_probability, risk_tier, value_at_risk, model_version"


def older_package(folder: Path) -> Path:
    """The files of the older commit, without its history."""
    archive = folder / "older.tar"
    done = subprocess.run(
        [
            "git",
            "-C",
            str(ROOT),
            "archive",
            "--output",
            str(archive),
            OLDER,
            "dbt_project",
            "python",
            "seeds",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"this copy has no commit {OLDER}: {done.stderr.strip()}")
    with tarfile.open(archive) as files:
        files.extractall(folder / "older", filter="data")
    return folder / "older"


def test_tables_and_models_of_an_older_version_build_on(
    tmp_path: Path, built_shop: Shop, record_property: Record
) -> None:
    older = older_package(tmp_path)
    now = seeds_shop(tmp_path / "shop")
    before = replace(now, project=older / "dbt_project", environment={"PYTHONPATH": str(older / "python")})
    before.build()
    said = before.query(f"select {PREDICTIONS} from mart_early_warning_history order by 1")
    assert said
    champion = (now.models / "churn" / "champion.json").read_text()

    now.build(tests=True, as_of_date=LATER)
    kept = now.query(
        f"select {PREDICTIONS} from mart_early_warning_history where as_of_date < '{LATER}' order by 1"
    )
    lost(record_property, "rows lost", len(set(said) - set(kept)))
    missing = built_shop.tables().keys() - now.tables().keys()
    [(because,)] = now.query("select trained_because from mart_model_versions where role = 'champion'")
    kept_champion = (now.models / "churn" / "champion.json").read_text() == champion
    tried(
        record_property,
        f"upgrade from {OLDER}",
        expected="the build and its data tests pass, earlier predictions stay",
        got=f"passed; {len(missing)} tables missing; champion "
        + ("kept" if kept_champion else f"trained because {because}"),
    )
    assert kept == said
    assert missing == set()
