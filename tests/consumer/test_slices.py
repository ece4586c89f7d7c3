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


def test_a_shop_s_build_has_no_unit_test_of_the_package(manifest: dict[str, Any]) -> None:
    assert manifest["unit_tests"] == {}


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
