"""A part of the package can be built with its tests: no test reads a table outside of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Shop


@pytest.fixture
def manifest(shop_of_seeds: Shop) -> dict[str, Any]:
    done = shop_of_seeds.dbt("parse")
    assert done.returncode == 0, done.stdout
    read: dict[str, Any] = json.loads((shop_of_seeds.folder / "target" / "manifest.json").read_text())
    return read


def ancestors(manifest: dict[str, Any], name: str) -> set[str]:
    """All ancestors of `name`."""
    found: set[str] = set()
    waiting = list(manifest["parent_map"][name])
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting += manifest["parent_map"].get(parent, [])
    return found


def test_a_data_test_refs_its_own_model_and_reads_only_its_ancestors(manifest: dict[str, Any]) -> None:
    """dbt adds a test to a selection with any of its refs, so a test may ref its own model only."""
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    checked = 0
    for test in tests:
        model = test.get("attached_node")
        if model is None:
            assert not test["depends_on"].get("nodes"), f"{test['name']} belongs to no model, yet reads some"
            continue
        assert test["depends_on"]["nodes"] == [model], f"{test['name']} refs more than its model"
        claims = test["test_metadata"]["kwargs"]
        others = set(claims.get("found_in", {}).values())
        rows_as_in = claims.get("rows_as_in", {})
        others |= set(rows_as_in.values()) if isinstance(rows_as_in, dict) else {rows_as_in}
        for other in others:
            checked += 1
            known = ancestors(manifest, model)
            assert f"model.retention.{other}" in known, f"{model} is not built from {other}"
    assert checked > 20
