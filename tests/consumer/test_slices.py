"""A shop builds one slice, or leaves rooms out, and gets what it asked for and nothing beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from conftest import ORDERS_OF_FEW, ROOT, Shop, foreign_shop
from dbt_retention.commands.slices import SLICES

ROOMS_LEFT_OUT = {
    "marts": {
        "members": {"+enabled": False},
        "service": {"+enabled": False},
        "campaigns": {"+enabled": False},
    },
    "monitoring": {"+enabled": False},
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop of orders alone that installs the package."""
    made = foreign_shop(
        tmp_path_factory.mktemp("slices") / "shop",
        models={"my_orders": ORDERS_OF_FEW},
        variables={"input_orders": "my_orders"},
    )
    parsed = made.dbt("parse", "--quiet")
    assert parsed.returncode == 0, parsed.stdout
    return made


@pytest.fixture(scope="module")
def manifest(shop: Shop) -> dict[str, Any]:
    return dict(json.loads((shop.folder / "target" / "manifest.json").read_text()))


def models_of(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


MOST_NODES = 420


def test_a_shop_s_build_has_at_most_420_nodes_and_no_unit_test(manifest: dict[str, Any]) -> None:
    assert manifest["unit_tests"] == {}
    assert len(manifest["nodes"]) <= MOST_NODES


def test_the_semantic_layer_is_built_where_a_shop_asks_for_it(shop: Shop) -> None:
    listed = shop.dbt("ls", "--quiet", "--output", "name", semantic_layer=True)
    assert listed.returncode == 0, listed.stdout
    assert {"dim_customer", "dim_product", "dim_date", "value_at_risk"} <= set(listed.stdout.split())


def test_a_failed_data_test_names_each_broken_claim(shop: Shop) -> None:
    models = shop.folder / "models"
    claims = {"one_row_per": ["id"], "not_null": ["id"], "in_range": {"share": [0, 1]}}
    tests = [{"retention.claims": {"name": "broken__claims", "arguments": claims}}]
    (models / "broken.sql").write_text(
        "select 1 as id, 0.5 as share union all select 1, 2 union all select null, 0"
    )
    (models / "broken.yml").write_text(yaml.safe_dump({"models": [{"name": "broken", "data_tests": tests}]}))
    try:
        failed = shop.run("retention", "build", "--project", ".", "--select", "broken")
    finally:
        (models / "broken.sql").unlink()
        (models / "broken.yml").unlink()
    assert failed.returncode == 1, failed.stdout
    for claim in ("one row per id", "id is not null", "share <= 1"):
        assert f"broken: {claim}: broken by 1 rows" in failed.stderr, claim
    assert "share >= 0" not in failed.stderr


def test_this_repository_runs_every_unit_test(built_shop: Shop) -> None:
    ours = json.loads((built_shop.folder / "target" / "manifest.json").read_text())["unit_tests"]
    written = [
        test["name"]
        for path in (ROOT / "dbt_project" / "models").rglob("*.yml")
        for test in yaml.safe_load(path.read_text()).get("unit_tests", [])
    ]
    assert sorted(test["name"] for test in ours.values()) == sorted(written)
    assert len(written) > 150


def test_every_mart_is_in_one_slice(manifest: dict[str, Any]) -> None:
    tags = {name: node["tags"] for name, node in models_of(manifest).items() if name.startswith("mart_")}
    assert [name for name, of_mart in tags.items() if len(of_mart) != 1] == []
    assert {tag for of_mart in tags.values() for tag in of_mart} == {f"retention_{name}" for name in SLICES}


def test_a_slice_builds_by_its_name(shop: Shop) -> None:
    built = shop.run("retention", "build", "--project", ".", "--only", "inventory")
    assert built.returncode == 0, built.stdout + built.stderr
    [(warnings, others)] = shop.query(
        "select count(*) filter (where table_name = 'mart_inventory_warning'), "
        "count(*) filter (where table_name like 'mart_%') from information_schema.tables"
    )
    assert (warnings, others) == (1, 1)


def test_an_unknown_slice_is_refused_by_name(shop: Shop) -> None:
    refused = shop.run("retention", "build", "--project", ".", "--only", "warning")
    assert refused.returncode != 0
    assert "warnings" in refused.stderr


@pytest.fixture
def without_rooms(shop: Shop) -> Iterator[Shop]:
    """The shop with rooms switched off, as docs/daily-use.md shows."""
    path = shop.folder / "dbt_project.yml"
    before = path.read_text()
    project = yaml.safe_load(before)
    project["models"]["retention"] = ROOMS_LEFT_OUT
    project["exposures"] = {"retention": {"+enabled": False}}
    path.write_text(yaml.safe_dump(project))
    yield shop
    path.write_text(before)


def test_rooms_can_be_left_out(without_rooms: Shop) -> None:
    listed = without_rooms.dbt("ls", "--quiet", "--resource-type", "model", "--output", "name")
    assert listed.returncode == 0, listed.stdout
    names = set(listed.stdout.split())
    assert "mart_early_warning" in names
    assert not names & {"mart_member_offers", "mart_campaign_effects", "mart_model_performance"}
