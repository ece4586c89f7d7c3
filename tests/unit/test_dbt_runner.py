"""dbt's failures become one sentence."""

from __future__ import annotations

from pathlib import Path

import dbt.tracking
import pytest
from dbt_retention.dbt_runner import Project, dbt_result, readable
from dbt_retention.errors import RetentionError
from rich.console import Console


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (
            "Compilation Error in model stg_retention__rejected_rows (models/staging/x.sql)\n"
            "  input_orders (my_orders) is empty; at least one order is needed.\n  \n"
            "  > in macro check_inputs (macros/check_inputs.sql)\n"
            "  > called by model stg_retention__rejected_rows (models/staging/x.sql)",
            "input_orders (my_orders) is empty; at least one order is needed.",
        ),
        (
            "Runtime Error in model ml_churn_model (models/training/ml_churn_model.py)\n"
            "  Python model failed:\n  dbt_retention.errors.DbtModelError: too little data to train on\n  ",
            "too little data to train on",
        ),
        (
            "Runtime Error in model ml_churn_scores (models/scores/ml_churn_scores.sql)\n"
            "  Invalid Input Error: Python exception occurred while executing the UDF: "
            "ModelAlteredError: model.onnx was altered",
            "model.onnx was altered",
        ),
        ("something else", "something else"),
    ],
)
def test_headings_and_tracebacks_are_removed(message: str, sentence: str) -> None:
    assert readable(message) == sentence


def test_the_working_folder_is_the_default_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "dbt_project"
    inner.mkdir()
    (inner / "dbt_project.yml").write_text("name: inner\n")
    monkeypatch.chdir(tmp_path)
    assert Project.at(None).folder == inner
    (tmp_path / "dbt_project.yml").write_text("name: outer\n")
    assert Project.at(None).folder == tmp_path
    assert Project.at(Path("dbt_project")).folder == inner


def test_without_a_project_the_error_names_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RetentionError, match="the working folder has no dbt_project"):
        Project.at(None)


def test_dbt_sends_no_statistics_about_a_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "true")
    (tmp_path / "dbt_project.yml").write_text("{name: shop, version: '1.0', profile: shop}")
    (tmp_path / "profiles.yml").write_text(
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}"
    )
    monkeypatch.chdir(tmp_path)
    dbt_result(Project.at(tmp_path), ["parse"], console=Console(quiet=True))
    assert dbt.tracking.active_user is not None
    assert dbt.tracking.active_user.do_not_track
