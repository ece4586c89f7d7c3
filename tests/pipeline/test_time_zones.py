"""A build does not depend on the time zone of the machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Shop, seeds_shop

pytestmark = pytest.mark.whole_shop


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_every_table_is_the_same_in_any_time_zone_of_the_machine(
    built_shop: Shop, tmp_path: Path, zone: str
) -> None:
    """The third zone is the machine's. Trained models are copied; everything that they read is compared."""
    shop = seeds_shop(tmp_path / "shop")
    shutil.copytree(built_shop.models, shop.models)
    shop.environment["TZ"] = zone
    shop.build()
    expected, found = built_shop.tables(), shop.tables()
    assert expected.keys() == found.keys()
    assert [name for name in expected if expected[name] != found[name]] == []
