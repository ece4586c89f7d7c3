"""Marts are found in the schemas of `+schema`, and an evaluation overwrites no table."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from dbt_retention.commands.evaluate import _nodes_to_build, _refuse_other_schemas
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target, open_to_read, target_of


def target_in(folder: Path, sql: str) -> Target:
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute(sql)
    return Target("shop", "dev", folder / "shop.duckdb", "main", folder / "models_onnx")


@pytest.mark.parametrize("schema", ["main", "main_retention", "main_Our marts"])
def test_marts_are_read_from_the_custom_schemas_of_the_target(tmp_path: Path, schema: str) -> None:
    target = target_in(
        tmp_path,
        f"""
        create schema if not exists "{schema}";
        create table "{schema}".mart as select 1 as answer;
        create schema main_evaluate_2024_01_01;
        create table main_evaluate_2024_01_01.mart as select 2 as answer;
        create table main_evaluate_2024_01_01.other as select 2 as answer;
        """,
    )
    with open_to_read(target) as connection:
        assert connection.sql("select answer from mart").fetchall() == [(1,)]
        with pytest.raises(duckdb.CatalogException):
            connection.sql("select answer from other")


def test_marts_of_two_targets_in_one_file_are_kept_apart(tmp_path: Path) -> None:
    tables = """
        create schema main_marts;
        create schema main_dev_marts;
        create table main_marts.mart_early_warning as select 1 as answer;
        create table main_dev_marts.mart_early_warning as select 2 as answer;
    """
    target = target_in(tmp_path, tables)
    with pytest.raises(
        RetentionError, match=r"mart_early_warning is in several .*main_dev_marts, main_marts"
    ):
        open_to_read(target)
    with duckdb.connect(str(target.path)) as connection:
        connection.execute("create table mart_early_warning as select 3 as answer")
    with open_to_read(target) as connection:
        assert connection.sql("select answer from mart_early_warning").fetchall() == [(3,)]


def test_commands_that_read_a_warehouse_refuse_one_in_memory(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
    (tmp_path / "profiles.yml").write_text(
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}\n"
    )
    with pytest.raises(RetentionError, match=r"target 'dev' is in memory.* Expected a file"):
        target_of(Project.at(tmp_path))


def node(name: str, schema: str) -> dict[str, str]:
    return {"name": name, "schema": schema, "resource_type": "model"}


def test_an_evaluation_refuses_to_build_over_tables_of_the_shop() -> None:
    """Only the ancestors of the scores are built; the shop's other models may have any schema."""
    scores, labels, orders = (
        "model.retention.ml_churn_scores",
        "model.retention.int_retention__labels",
        "model.shop.o",
    )
    manifest = {
        "nodes": {
            scores: node("ml_churn_scores", "main_evaluate_2024_01_01"),
            labels: node("int_retention__labels", "main_evaluate_2024_01_01_retention"),
            orders: node("my_orders", "main_evaluate_2024_01_01"),
            "model.shop.report": node("report", "reports"),
        },
        "parent_map": {scores: [labels], labels: [orders, "source.shop.raw.orders"], orders: []},
    }
    built = _nodes_to_build(manifest)
    assert sorted(each["name"] for each in built) == ["int_retention__labels", "ml_churn_scores", "my_orders"]
    _refuse_other_schemas(built, schema="main_evaluate_2024_01_01")
    manifest["nodes"][orders]["schema"] = "staging"
    with pytest.raises(RetentionError, match="model my_orders would be built in schema 'staging'"):
        _refuse_other_schemas(built, schema="main_evaluate_2024_01_01")
