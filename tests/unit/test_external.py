"""scoring: external: the order of runs, and the same results as from functions in SQL."""

from __future__ import annotations

import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
import yaml
from dbt_retention.commands.external.stages import CALLS, TRAINS, stages_of
from dbt_retention.commands.external.tables import Warehouse, opened, query_of
from dbt_retention.dbt_runner import Project
from dbt_retention.duckdb_plugin import register
from dbt_retention.errors import RetentionError

NODE = SimpleNamespace(name="m", database="memory", schema="shop", alias="m")
NUMBERS = "select i, i * 0.25 as t from range(5000) as r (i)"
CALLED = {
    "phone_e164": (["'07700 90012' || (i % 5)", "'GB'"], NUMBERS),
    "expected_purchases": (["'mbg_nbd'", ".2", "4.4", "0.79", "2.4", "i % 9", "i % 30", "i % 30 + 2", "8"],
                           NUMBERS),
    "fit_spend": (["case when i > 0 then [1.0, 2.0, 3.0, 1.0] else [] end", "[i * 9.0, 3.0, 7.5, 4.0]"],
                  "select * from range(4) as r (i)"),
}  # fmt: skip


def node(*parents: str, macros: tuple[str, ...] = (), kind: str = "model") -> Any:
    return SimpleNamespace(
        resource_type=kind, depends_on_nodes=list(parents), depends_on=SimpleNamespace(macros=list(macros))
    )


def compiled(function: str, *, is_external: bool) -> str:
    arguments, rows = CALLED[function]
    given = ", ".join(f"'_{number}': {one}" for number, one in enumerate(arguments, start=1))
    call = f"{{'{function}': {{{given}}}}}" if is_external else f"{function}({', '.join(arguments)})"
    query = f"select i, {call} as result, date '2024-01-01' as day from numbers where i <> 7"
    if is_external:
        query = f'/* retention build computes "memory"."shop"."m__external" from:\n{query}\n*/\nselect 1'
    return f"with numbers as ({rows}),\n\ncalled as (\n\n    {query}\n\n)\n\nselect * from called"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    connection = duckdb.connect()
    register(connection, models_path=tmp_path)
    return Warehouse(connection, tmp_path)


@pytest.mark.parametrize("function", sorted(CALLED))
def test_the_results_are_those_of_the_function_in_sql(function: str, warehouse: Warehouse) -> None:
    warehouse.apply_functions(NODE, sql=compiled(function, is_external=True))
    connection = warehouse.connection
    connection.execute(f"create table expected as {compiled(function, is_external=False)}")
    assert (
        connection.sql("describe expected").fetchall()
        == connection.sql("describe shop.m__external").fetchall()
    )
    both = [connection.sql(f"from {name} order by i").fetchall() for name in ("expected", "shop.m__external")]
    assert both[0] == both[1]
    assert len(both[0]) > 2
    assert any(row[1] is not None for row in both[0])


def test_no_rows_make_an_empty_table(warehouse: Warehouse) -> None:
    sql = compiled("phone_e164", is_external=True).replace("i <> 7", "i < 0")
    warehouse.apply_functions(NODE, sql=sql)
    assert warehouse.connection.sql("from shop.m__external").fetchall() == []
    assert warehouse.connection.sql("from shop.m__external").types[1] == "VARCHAR"


def test_a_function_that_fails_leaves_the_earlier_table(warehouse: Warehouse) -> None:
    warehouse.apply_functions(NODE, sql=compiled("phone_e164", is_external=True))
    before = warehouse.connection.sql("from shop.m__external order by i").fetchall()
    with pytest.raises(RetentionError, match="default_region is 'XX'"):
        warehouse.apply_functions(NODE, sql=compiled("phone_e164", is_external=True).replace("'GB'", "'XX'"))
    assert warehouse.connection.sql("from shop.m__external order by i").fetchall() == before


def test_sql_without_a_query_for_retention_build_is_refused() -> None:
    with pytest.raises(RetentionError, match="call function_rows"):
        query_of("with a as (select 1) select * from a")


def test_a_python_model_runs_in_a_warehouse_without_the_plugin(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("{name: shop, profile: shop}")
    output = {"type": "duckdb", "path": "warehouse/shop.duckdb", "schema": "main"}
    (tmp_path / "profiles.yml").write_text(
        yaml.safe_dump({"shop": {"target": "dev", "outputs": {"dev": output}}})
    )
    code = """
        import pyarrow as pa
        def model(dbt, session):
            [(path,)] = session.sql("select onnx_models_path()").fetchall()
            seen = dbt.ref("rows").order("i").to_arrow_table().num_rows + dbt.config.get("settings")["more"]
            return pa.table({"seen": [seen], "path": [path]})
    """
    model = SimpleNamespace(
        name="m", database="shop", schema="marts", alias="m", config={"settings": {"more": 2}}
    )
    with opened(Project.at(tmp_path), target=None) as warehouse:
        warehouse.connection.execute("create table rows as select * from range(3) as r (i)")
        warehouse.run_python_model(model, code=textwrap.dedent(code), relations={"rows": "main.rows"})
    with duckdb.connect(str(tmp_path / "warehouse" / "shop.duckdb")) as connection:
        assert connection.sql("from marts.m__external").fetchall() == [(5, str(tmp_path / "models_onnx"))]
    with opened(Project.at(tmp_path), target=None) as warehouse:
        warehouse.drop(model)
        assert warehouse.connection.sql("select count(*) from duckdb_tables()").fetchall() == [(1,)]


def test_an_error_of_the_database_in_a_python_model_is_one_sentence(tmp_path: Path) -> None:
    model = SimpleNamespace(name="m", database="memory", schema="main", alias="m", config={})
    code = "def model(dbt, session):\n    return session.sql('select * from missing').to_arrow_table()"
    with duckdb.connect() as connection:
        warehouse = Warehouse(connection, tmp_path)
        with pytest.raises(RetentionError, match="its table cannot be made: Catalog Error"):
            warehouse.run_python_model(model, code=code, relations={})


def test_a_warehouse_in_memory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("{name: shop, profile: shop}")
    (tmp_path / "profiles.yml").write_text(
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:'}}}"
    )
    with pytest.raises(RetentionError, match="is in memory"), opened(Project.at(tmp_path), target=None):
        pass


def test_a_node_runs_after_all_that_is_computed_outside_dbt_above_it() -> None:
    nodes = {
        "orders": node(kind="seed"),
        "process": node("orders", macros=(CALLS,)),
        "features": node("process"),
        "model": node("features", macros=(TRAINS,)),
        "scores": node("model", "features", macros=(CALLS,)),
        "phones": node("orders", macros=(CALLS,)),
        "mart": node("scores", "phones"),
        "test": node("mart", kind="test"),
    }
    manifest = SimpleNamespace(nodes=nodes)
    found = [(stage.external, stage.nodes) for stage in stages_of(manifest, nodes.keys())]
    assert found == [
        ([], ["orders"]),
        (["phones", "process"], ["features", "phones", "process"]),
        (["model"], ["model"]),
        (["scores"], ["mart", "scores", "test"]),
    ]
    some = stages_of(manifest, {"scores", "mart"})
    assert [(stage.external, stage.nodes) for stage in some] == [(["scores"], ["mart", "scores"])]
