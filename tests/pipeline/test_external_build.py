"""retention build with scoring: external, on a project of a few models with the package's macros."""

from __future__ import annotations

import json
import shutil
import textwrap
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT
from dbt_retention.commands.build import build
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from rich.console import Console

MACROS = ("function_rows", "external_table", "is_external", "refuse_dbt_alone", "internal/_function_call")
PROJECT = """
name: retention
profile: shop
vars: {scoring: external}
models:
  retention:
    trained: {+enabled: "{{ env_var('RETENTION_SCORING', 'in_warehouse') == 'in_warehouse' }}"}
"""
FILES = {
    "dbt_project.yml": PROJECT,
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: warehouse/shop.duckdb}}}",
    "models/rows.yml": "models: [{name: rows, columns: [{name: i, data_tests: [not_null]}]}]",
    "models/rows.sql": "select i, '07700 90012' || i as phone from range(5) as r (i)",
    "models/even.sql": """
        {{ config(materialized='ephemeral') }}
        select * from {{ ref('rows') }} where i % 2 = 0
    """,
    "models/phones.sql": """
        {{ config(materialized='table') }}
        with even as (

            select * from {{ ref('even') }}

        ),

        called as (

            {% call function_rows() %}
            select i, {{ _function_call('phone_e164', ['phone', "'GB'"]) }} as phone from even
            {% endcall %}

        )

        select * from called
    """,
    "models/phones.yml": "models: [{name: phones, columns: [{name: phone, data_tests: [not_null]}]}]",
    "models/trained.py": """
        import pyarrow as pa


        def model(dbt, session):
            rows = dbt.ref("phones").to_arrow_table().num_rows
            return pa.table({"rows_count": [rows * dbt.config.get("settings")["times"]]})
    """,
    "models/trained.sql": """
        -- depends_on: {{ ref('phones') }}
        {{ config(materialized='table', enabled=is_external()) }}
        select * from {{ external_table() }}
    """,
    "models/trained.yml": "models: [{name: trained, config: {settings: {times: 10}}}]",
    "models/mart.sql": """
        select phones.phone, trained.rows_count
        from {{ ref('phones') }} as phones cross join {{ ref('trained') }} as trained
    """,
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text))
    for name in MACROS:
        path = tmp_path / "macros" / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "dbt_project" / "macros" / f"{name}.sql", path)
    monkeypatch.chdir(tmp_path)
    return Project.at(tmp_path)


def build_all(project: Project, *, select: str | None = None) -> None:
    build(project, select=select, only=None, target=None, console=Console(quiet=True))


def rows_of(project: Project, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(project.folder / "warehouse" / "shop.duckdb"), read_only=True) as connection:
        return connection.sql(f"from {table} order by all").fetchall()


TABLES = "(select table_name from duckdb_tables())"
MART = [("+447700900120", 30), ("+447700900122", 30), ("+447700900124", 30)]


def test_functions_and_python_models_run_between_runs_of_dbt(project: Project) -> None:
    build_all(project)
    assert rows_of(project, "mart") == MART
    assert rows_of(project, TABLES) == [("phones",), ("trained",)], "the external tables are dropped"
    manifest = json.loads((project.folder / "target" / "manifest.json").read_text())
    languages = {node.get("language") for node in manifest["nodes"].values()}
    assert "python" not in languages
    compiled = project.folder / "target" / "compiled" / "retention" / "models" / "phones.sql"
    assert "phone_e164(" not in compiled.read_text()


def test_a_selection_computes_only_what_it_needs(project: Project) -> None:
    build_all(project, select="+phones")
    assert rows_of(project, TABLES) == [("phones",)]
    (project.folder / "models" / "phones.sql").write_text("select broken")
    build_all(project, select="trained+")
    assert rows_of(project, TABLES) == [("phones",), ("trained",)]


def test_what_fails_outside_dbt_is_one_sentence_and_leaves_the_tables(project: Project) -> None:
    build_all(project)
    phones = project.folder / "models" / "phones.sql"
    phones.write_text(phones.read_text().replace("'GB'", "'XX'"))
    with pytest.raises(RetentionError, match="model phones: default_region is 'XX'; expected"):
        build_all(project)
    assert rows_of(project, "mart") == MART
    assert rows_of(project, TABLES) == [("phones",), ("trained",)]


def test_another_value_of_the_environment_variable_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.folder / "dbt_project.yml").write_text(PROJECT.replace("vars: {scoring: external}", ""))
    monkeypatch.setenv("RETENTION_SCORING", "extern")
    with pytest.raises(RetentionError, match="RETENTION_SCORING is 'extern'; expected in_warehouse or"):
        build_all(project)


def test_a_failed_data_test_stops_the_build_before_what_reads_the_model(project: Project) -> None:
    rows = project.folder / "models" / "rows.sql"
    rows.write_text(rows.read_text() + " union all select null, 'x'")
    with pytest.raises(RetentionError, match="not_null_rows_i"):
        build_all(project)
    assert rows_of(project, TABLES) == []
