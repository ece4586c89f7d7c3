"""Spark builds the tables that DuckDB builds. `make test-spark` runs it, where pyspark is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import ROOT, Shop, seeds_shop
from dbt_retention.dbt_runner import Project, run_dbt
from dbt_retention.errors import RetentionError
from dbt_retention.registry import Registry
from engines import compare
from rich.console import Console

pytestmark = pytest.mark.spark

PROJECT = Project(ROOT / "dbt_project", ROOT)
WITHOUT_TESTS = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
PYTHON_MODELS = ["int_retention__sentiment_model", "ml_churn_model", "ml_segment_model"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The seeds, built on DuckDB and then on Spark with the champions that DuckDB trained."""
    shop = seeds_shop(tmp_path_factory.mktemp("engines"))
    shop.build()
    on_spark(shop, "build", *WITHOUT_TESTS, models=shop.models)
    return shop


def on_spark(shop: Shop, *words: str, models: Path, **variables: str) -> None:
    """A dbt command as `retention build --target spark` runs it, in the shop's own folders."""
    environment = {
        "RETENTION_SPARK": str(spark_folder(shop)),
        "RETENTION_MODELS": str(models),
        "DBT_TARGET_PATH": str(shop.folder / "target_spark"),
        "DBT_LOG_PATH": str(shop.folder / "logs"),
    }
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        run_dbt(PROJECT, list(words), console=Console(quiet=True), variables=variables, target="spark")
    finally:
        os.environ.clear()
        os.environ.update(before)


def spark_folder(shop: Shop) -> Path:
    return shop.folder / "warehouse" / "spark"


def test_every_table_is_the_same_on_both_engines(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    differences = compare(shop.warehouse, spark_folder(shop) / "retention.db")
    with capsys.disabled():
        print("", *differences, sep="\n")
    assert len(differences) >= 90
    assert not [str(difference) for difference in differences if not difference.is_none]


def test_spark_trains_the_models_that_duckdb_trains(shop: Shop) -> None:
    trained = shop.folder / "models_of_spark"
    on_spark(shop, "run", "--select", *PYTHON_MODELS, models=trained, training_policy="always")
    for model in ("sentiment", "churn", "segments"):
        ours, theirs = (Registry(folder).champion_card(model) for folder in (shop.models, trained))
        assert ours is not None
        assert theirs is not None
        assert theirs.onnx_sha256 == ours.onnx_sha256, model


def test_a_failure_on_spark_is_told_in_words(shop: Shop) -> None:
    with pytest.raises(
        RetentionError, match=r"model ml_churn_model: training_policy is 'never' and .* no model 'churn'"
    ):
        on_spark(
            shop, "run", "--select", "ml_churn_model", models=shop.folder / "none", training_policy="never"
        )


@pytest.fixture
def no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))


@pytest.mark.usefixtures("no_java")
def test_without_java_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(
        RetentionError, match=r"Spark needs Java.*Install Java 17.*apt-get install openjdk-17"
    ):
        on_spark(seeds_shop(tmp_path), "run", models=tmp_path / "models")
