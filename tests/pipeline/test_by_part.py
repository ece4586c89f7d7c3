"""Recommendations are computed for part of the customers at a time; the size of the parts changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, foreign_shop

pytestmark = pytest.mark.whole_shop

INPUTS = ("orders", "order_lines", "products")
BY_PART = [
    f"int_retention__{name}" for name in ("near_customers", "usual_items", "new_items", "recommendations")
]
LISTS = "select * from int_retention__recommendations order by all"


def test_recommendations_do_not_depend_on_the_size_of_the_parts(tmp_path: Path) -> None:
    shop = foreign_shop(
        tmp_path / "shop",
        models={
            f"my_{name}": f"select * from read_csv('{ROOT}/seeds/example_{name}.csv', all_varchar = true)"
            for name in INPUTS
        },
        variables={f"input_{name}": f"my_{name}" for name in INPUTS},
    )
    shop.build("--select", "+int_retention__recommendations")
    at_once = shop.query(LISTS)
    [(numbers,)] = shop.query("select max(customer_number) from int_retention__customer_items")
    assert len(at_once) > numbers

    shop.build("--select", *BY_PART, advanced={"recommendation_customers_at_once": numbers // 6})
    assert (
        f"set variable retention_part_start = {numbers // 6 * 5}"
        in (shop.folder / "logs" / "dbt.log").read_text()
    )
    assert shop.query(LISTS) == at_once

    refused = shop.dbt(
        "run", "--select", "int_retention__recommendations", advanced={"recommendation_customers_at_once": 0}
    )
    assert refused.returncode != 0
    assert "recommendation_customers_at_once is '0'; expected a whole number from 1" in refused.stdout
