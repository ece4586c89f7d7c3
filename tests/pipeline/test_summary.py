"""The text of `retention summary` says what its figures mean, and they are those of the marts."""

from __future__ import annotations

from conftest import Shop


def test_the_summary_defines_its_figures(built_shop: Shop) -> None:
    done = built_shop.run("retention", "summary", "--project", str(built_shop.project))
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    [(scored, warned, at_risk, days)] = built_shop.query(
        "select count(*), count(*) filter (where risk_tier <> 'low'), "
        "sum(value_at_risk) filter (where risk_tier <> 'low'), "
        "(select any_value(churn_horizon_days) from mart_early_warning_history) from mart_early_warning"
    )
    assert f"{scored:,} customers are scored" in said
    assert f"Churn means no order within {days} days." in said
    assert (
        f"{warned:,} are warned (risk tier above low). Their value at risk is {at_risk:,.0f}, in the" in said
    )
    assert "Average: over all scored customers." in said
    evidence = {kind for (kind,) in built_shop.query("select distinct evidence from mart_campaign_audience")}
    assert evidence == {"prior", "measured"}
    assert "partly measured" in said
    assert " both " not in said
    [(profit, bound)] = built_shop.query(
        "select expected_profit, expected_profit_bound from int_retention__choice_bound"
    )
    assert (
        f"an expected profit of {profit:,.0f}. No choice within budget and capacity exceeds {bound:,.0f}"
        in said
    )
