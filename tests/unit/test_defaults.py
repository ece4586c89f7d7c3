"""The package's defaults."""

from __future__ import annotations

import csv
import math

from conftest import ROOT

# A typical churn probability per tier, as in docs/decisions.md.
OF_TIER = {"critical": 0.75, "high": 0.45, "medium": 0.24, "low": 0.07}


def test_save_rates_follow_from_one_assumption_per_action() -> None:
    """Rows without a tier are for tier high; a lift of s keeps 1 - p^s."""
    with (ROOT / "dbt_project" / "defaults" / "retention_action_priors.csv").open() as file:
        rates = {
            (row["action"], row["risk_tier"] or "high"): float(row["prior_save_rate"])
            for row in csv.DictReader(file)
        }
    actions = {action for action, _ in rates}
    assert len(actions) == 5
    assert rates.keys() == {(action, tier) for action in actions for tier in OF_TIER}
    for (action, tier), rate in rates.items():
        lift = math.log(1 - rates[action, "high"]) / math.log(OF_TIER["high"])
        assert abs(rate - (1 - OF_TIER[tier] ** lift)) <= 0.02, (action, tier)
