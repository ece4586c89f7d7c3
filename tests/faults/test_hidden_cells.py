"""What is hidden in one mart does not follow from all marts together, by linear algebra."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from conftest import Shop
from fault_table import Record, tried

MARTS = [
    "mart_segment_migration",
    "mart_segment_profiles",
    "mart_retention_monthly",
    "mart_realised_performance",
    "mart_calibration",
    "mart_value_quality",
    "mart_campaign_effects",
]
LEAST = 20
Query = Callable[[str], list[tuple[Any, ...]]]
Cell = tuple[Any, ...]

# Every count of customers in the marts: a query of its key and its count.
CELLS = {
    "performance": "select evidence, as_of_date, group_type, group_name, customers_count "
    "from mart_realised_performance",
    "bin": "select evidence, as_of_date, probability_bin, customers_count from mart_calibration",
    "segment": "select segment_number, customers_count from mart_segment_profiles",
    "move": "select from_segment_number, to_segment_number, customers_count from mart_segment_migration",
    "band": "select method, orders_band, customers_count from mart_value_quality where decile is null",
    "treated": "select campaign_id, segment, treated_count from mart_campaign_effects",
    "compared": "select campaign_id, segment, compared_count from mart_campaign_effects",
    "cohort": "select distinct cohort_month_date, cohort_customers_count from mart_retention_monthly",
    "active": "select cohort_month_date, months_since_first, active_customers_count "
    "from mart_retention_monthly",
}


def cells_of(query: Query) -> dict[Cell, int | None]:
    return {(kind, *row[:-1]): row[-1] for kind, sql in CELLS.items() for row in query(sql)}


def lines_of(truth: dict[Cell, int | None]) -> list[dict[Cell, int]]:
    """Sums of cells that somebody knows: coefficients by cell."""

    def by(kind: str, key: Callable[[Cell], Any]) -> list[tuple[Any, list[Cell]]]:
        cells = sorted((cell for cell in truth if cell[0] == kind), key=lambda cell: str(key(cell)))
        return [(name, list(found)) for name, found in groupby(cells, key=key)]

    lines: list[dict[Cell, int]] = []
    alls = {cell[1:3]: cell for cell in truth if cell[0] == "performance" and cell[3] == "all"}
    for (*_, kind), cells in by("performance", lambda cell: cell[1:4]):
        if kind != "all":
            lines.append(dict.fromkeys(cells, 1) | {alls[cells[0][1:3]]: -1})
    for key, cells in by("bin", lambda cell: cell[1:3]):
        lines.append(dict.fromkeys(cells, 1) | {alls[key]: -1})
        top = [cell for cell in cells if cell[3] >= 6]  # the tier critical begins at 0.6
        lines.append(dict.fromkeys(top, 1) | {("performance", *key, "risk_tier", "critical"): -1})
    for _, cells in by("segment", lambda cell: 0) + by("cohort", lambda cell: 0):
        lines.append(dict.fromkeys(cells, 1))
    for _, cells in by("band", lambda cell: cell[1]):
        lines.append(dict.fromkeys(cells, 1))
    for side in (1, 2):
        lines += [dict.fromkeys(cells, 1) for _, cells in by("move", lambda cell, side=side: cell[side])]
    for number, cells in by("move", lambda cell: cell[2]):
        if number:
            lines.append(dict.fromkeys(cells, 1) | {("segment", number): -1})
    for arm in ("treated", "compared"):
        for campaign, cells in by(arm, lambda cell: cell[1]):
            tiers = [cell for cell in cells if cell[2] != "all"]
            if tiers:
                lines.append(dict.fromkeys(tiers, 1) | {(arm, campaign, "all"): -1})
    lines += [{cell: 1, ("active", cell[1], 0): -1} for cell in truth if cell[0] == "cohort"]
    return [line for line in lines if set(line) <= set(truth)]


def recovered_cells(
    truth: dict[Cell, int | None], visible: dict[Cell, int | None], *, least: int
) -> tuple[int, list[Cell]]:
    """How many cells are hidden, and those of few customers that follow from the rest."""
    hidden = [cell for cell, count in truth.items() if count is not None and visible.get(cell) is None]
    known = np.array([[float(line.get(cell, 0)) for cell in hidden] for line in lines_of(truth)])
    known = known[np.any(known != 0, axis=1)]
    kernel = np.eye(len(hidden))
    if len(known):
        _, sizes, rows = np.linalg.svd(known)
        kernel = rows[int((sizes > 1e-9).sum()) :]
    free = np.abs(kernel).max(axis=0) > 1e-9 if len(kernel) else np.zeros(len(hidden), dtype=bool)
    found = [cell for at, cell in enumerate(hidden) if not free[at]]
    return len(hidden), [cell for cell in found if (truth[cell] or 0) < least]


@pytest.mark.faults_long
def test_no_hidden_count_follows_from_the_marts(copied_shop: Shop, record_property: Record) -> None:
    found = {}
    for least in (0, LEAST):
        copied_shop.build("--select", *MARTS, min_group_size=least)
        found[least] = cells_of(copied_shop.query)
    hidden, recovered = recovered_cells(found[0], found[LEAST], least=LEAST)
    tried(
        record_property,
        f"privacy: {hidden} hidden counts of {len(found[0])}, min_group_size {LEAST}",
        expected="0 recovered",
        got=f"{len(recovered)} recovered",
    )
    assert hidden > 50
    assert not recovered
