"""The example seeds have the same tables with scoring: external."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest
from conftest import Shop
from dbt_retention.commands.external.stages import CALLS, TRAINS
from test_external_scoring import CALL, languages, without_plugin

OUTSIDE = {CALLS, TRAINS}
EXTERNAL = """
    int_retention__purchase_process int_retention__sentiment_model int_retention__review_sentiment
    int_retention__ad_match_keys feat_buy_till_you_die ml_value_estimates ml_churn_model ml_churn_versions
    ml_churn_importance ml_churn_scores ml_churn_reasons ml_challenger_scores ml_segment_model
    ml_segment_scores ml_past_segment_scores int_retention__uplift_model int_retention__uplift_scores
    int_retention__action_effects int_retention__choice_prices
"""


@pytest.mark.whole_shop
def test_the_seeds_have_the_same_tables_without_the_plugin(built_shop: Shop, copied_shop: Shop) -> None:
    """Every model that trains or calls a function is built again; all others have the same SQL."""
    shutil.rmtree(copied_shop.models)
    without_plugin(copied_shop)
    copied_shop.environment |= {
        "RETENTION_SCORING": "external",
        "DBT_TARGET_PATH": str(copied_shop.folder / "target"),
        "DBT_LOG_PATH": str(copied_shop.folder / "logs"),
    }
    command = ("retention", "build", "--project", str(copied_shop.project), "--select")
    built = copied_shop.run(*command, EXTERNAL)
    assert built.returncode == 0, built.stdout + built.stderr
    manifest = json.loads((copied_shop.folder / "target" / "manifest.json").read_text())
    assert languages(manifest) == {"sql"}
    sql = [node["compiled_code"] for node in manifest["nodes"].values() if node.get("compiled_code")]
    assert [code for code in sql if CALL.search(code)] == []
    outside = {name for name, node in models_of(manifest) if OUTSIDE & set(node["depends_on"]["macros"])}
    assert outside == set(EXTERNAL.split()), "the models of this test are all that are computed outside dbt"
    found, expected = rows_of(copied_shop), rows_of(built_shop)
    assert len(found) > 150
    assert {name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)} == set()

    [onnx] = (copied_shop.models / "churn").rglob("model.onnx")
    onnx.write_bytes(onnx.read_bytes() + b"x")
    failed = copied_shop.run(*command, "ml_churn_scores")
    assert failed.returncode == 1, failed.stdout
    assert "model ml_churn_scores: " in failed.stderr
    assert "Traceback" not in failed.stderr
    assert rows_of(copied_shop) == found


def models_of(manifest: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(node["name"], node) for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def rows_of(shop: Shop) -> dict[str, list[tuple[Any, ...]]]:
    """A fingerprint of every table's rows, without that of the SQL that made them."""
    tables = shop.query("select table_name from duckdb_tables() where schema_name = 'main'")
    kept = "columns(lambda name: name <> 'input_fingerprint')"
    rows = "select count(*), sum(hash(one::varchar)::hugeint)"
    return {name: shop.query(f"{rows} from (select {kept} from {name}) as one") for (name,) in tables}
