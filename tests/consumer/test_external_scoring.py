"""scoring: external: retention build trains and scores between runs of dbt, to the same tables."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ORDERS_OF_FEW, Shop, foreign_shop
from dbt_retention.sql_functions.catalog import sql_functions

FUNCTIONS = [function.name for function in sql_functions(Path("models_onnx"))] + ["onnx_models_path"]
CALL = re.compile(rf"\b({'|'.join(FUNCTIONS)})\s*\(", re.IGNORECASE)
BLOCK = re.compile(r"{% call function_rows\(\) %}.*?{% endcall %}", re.DOTALL)


def without_plugin(shop: Shop) -> None:
    """Take the plugin with the functions out of the shop's profile."""
    path = shop.folder / "profiles.yml"
    profiles = yaml.safe_load(path.read_text())
    for profile in profiles.values():
        profile["outputs"]["duckdb"].pop("plugins")
    path.write_text(yaml.safe_dump(profiles))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop of orders alone with scoring: external, whose profile has no plugin."""
    made = foreign_shop(
        tmp_path_factory.mktemp("external") / "shop",
        models={"my_orders": ORDERS_OF_FEW},
        variables={"input_orders": "my_orders", "scoring": "external"},
    )
    without_plugin(made)
    return made


def calls_in(folder: Path) -> dict[str, list[str]]:
    """The functions of the package that the compiled SQL of each file calls."""
    files = {path.name: CALL.findall(path.read_text()) for path in folder.rglob("*.sql")}
    assert len(files) > 100, f"{folder} has no compiled project"
    return {name: calls for name, calls in files.items() if calls}


def languages(manifest: dict[str, Any]) -> set[str]:
    return {node["language"] for node in manifest["nodes"].values() if node["resource_type"] == "model"}


def test_dbt_alone_is_refused_before_it_builds_anything(shop: Shop) -> None:
    refused = shop.dbt("build")
    assert refused.returncode != 0
    assert "the var scoring is 'external'" in refused.stdout
    assert "Run: retention build" in refused.stdout
    assert not shop.warehouse.exists() or shop.query("from duckdb_tables()") == []


def test_no_python_model_is_enabled_and_every_call_is_made_outside_dbt(shop: Shop) -> None:
    parsed = replace(shop, environment={"RETENTION_SCORING": "external"}).dbt("parse", "--quiet")
    assert parsed.returncode == 0, parsed.stdout
    manifest = json.loads((shop.folder / "target" / "manifest.json").read_text())
    assert languages(manifest) == {"sql"}
    calling = {
        name.split(".")[-1].replace("default__", "")
        for name, macro in manifest["macros"].items()
        if "macro.retention._function_call" in macro["depends_on"]["macros"]
    }
    assert {"score_version", "phone_e164"} <= calling
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    rest = {node["name"]: BLOCK.sub("", node["raw_code"]) for node in models}
    assert len([node for node in models if BLOCK.search(node["raw_code"])]) == 13
    macro = re.compile(rf"{{{{ *(?:retention\.)?({'|'.join(sorted(calling))})\(")
    assert {name: macro.findall(code) for name, code in rest.items() if macro.search(code)} == {}
    written = {
        name: CALL.findall(re.sub(r"{{.*?}}", "", code, flags=re.DOTALL)) for name, code in rest.items()
    }
    assert {name: calls for name, calls in written.items() if calls} == {}


@pytest.mark.whole_shop
def test_a_slice_is_built_without_plugin_function_and_python_model(shop: Shop) -> None:
    built = shop.run("retention", "build", "--project", ".", "--only", "warnings")
    assert built.returncode == 0, built.stdout + built.stderr
    manifest = json.loads((shop.folder / "target" / "manifest.json").read_text())
    assert languages(manifest) == {"sql"}
    assert calls_in(shop.folder / "target" / "compiled") == {}
    names = {name for (name,) in shop.query("select table_name from duckdb_tables()")}
    assert {"mart_early_warning", "ml_churn_model", "int_retention__purchase_process"} <= names
    assert [name for name in names if "external" in name] == []
