"""Which customers to contact or hold out: limits hold, the choice is near the optimum."""

from __future__ import annotations

from collections import Counter

import duckdb
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped, unused-ignore]
import pytest
from conftest import ROOT, Shop, seeds_shop
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_matrix, vstack
from scipy.stats import norm

ACTIONS = ("a", "b", "c", "d", "e")
BUDGET = 800
HOLDOUT = "select customer_id from int_retention__decision_customers where is_holdout"
ARMS = "select customer_id, campaign_id, arm from mart_campaign_audience order by all"


def test_expected_profit_equals_the_formula(built_shop: Shop) -> None:
    rows = built_shop.query("""
        select mart.expected_profit, warning.churn_probability, prior.prior_save_rate, mart.value_kept_amount,
            action.offer_value, action.contact_cost, action.reach_share
        from mart_retention_actions as mart
        join mart_early_warning as warning using (customer_id)
        join int_retention__actions as action using (action)
        join int_retention__action_priors as prior using (action, risk_tier)
        where mart.evidence = 'prior'
    """)
    assert len(rows) > 100
    for profit, p, g, v, d, f, reach in rows:
        formula = reach * (p * g * (v - d) - (1 - p) * d) - f
        assert profit == pytest.approx(formula, abs=0.01)


def test_no_customer_is_contacted_without_consent_or_in_the_holdout(built_shop: Shop) -> None:
    counts = built_shop.query(f"""
        select action, count(*), count(*) filter (where email_consent), count(*) filter (where ads_consent),
            count(*) filter (where phone is not null)
        from mart_campaign_audience
        join (select distinct * from read_csv('{ROOT}/seeds/example_customers.csv')) using (customer_id)
        group by action
    """)
    audience = {action: numbers for action, *numbers in counts}
    assert {"offer", "recommendation", "care_call", "social"} <= audience.keys()
    for action, (contacts, may_write, may_match, has_phone) in audience.items():
        allowed = {"social": may_match, "care_call": has_phone}.get(action, may_write)
        assert contacts == allowed, action
    assert built_shop.query("select count(*) from mart_early_warning where is_holdout")[0][0] > 0
    assert not built_shop.query(
        "select 1 from mart_campaign_audience join mart_early_warning using (customer_id) where is_holdout"
    )
    assert not built_shop.query(
        "select action from int_retention__chosen_actions join int_retention__actions using (action) "
        "group by action, capacity having count(*) > capacity"
    )


def test_experiment_plans_agree_with_scipy(built_shop: Shop) -> None:
    rows = built_shop.query("""
        select base_retention_rate, expected_effect_rate, treatment_count, control_count,
            minimum_detectable_effect_rate, power_probability
        from mart_experiment_plan where treatment_count > 0 and control_count > 0
    """)
    assert len(rows) >= 3
    for base, effect, treated, controls, detectable, power in rows:
        error = np.sqrt(base * (1 - base) * (1 / treated + 1 / controls))
        assert detectable == pytest.approx((norm.ppf(0.975) + norm.ppf(0.8)) * error, abs=2e-6)
        expected = norm.cdf(effect / error - norm.ppf(0.975)) + norm.cdf(-effect / error - norm.ppf(0.975))
        assert power == pytest.approx(expected, abs=2e-6)


@pytest.mark.whole_shop
def test_the_holdout_is_stable_and_another_salt_stops_the_build(copied_shop: Shop) -> None:
    arms, held_out = copied_shop.query(ARMS), set(copied_shop.query(HOLDOUT))
    assert {arm for *_, arm in arms} == {"treatment", "control"}
    for words in ((), ("--full-refresh",)):
        other = copied_shop.dbt(
            "run", "--select", "int_retention__holdout_salt", *words, holdout_salt="another"
        )
        assert other.returncode != 0
        assert "holdout_salt differs from the one that this warehouse was built with" in other.stdout
        assert "Put the old salt back" in other.stdout
    biased = copied_shop.dbt("test", "--select", "int_retention__chosen_actions", control_share=0.6)
    assert biased.returncode != 0, "a fifth is not 60 %"
    assert "Failure in test sample_ratio_int_retention__chosen_actions" in biased.stdout
    wider = copied_shop.dbt("build", "--select", "int_retention__holdout_salt+", holdout_share=0.2)
    assert wider.returncode == 0, wider.stdout
    more = set(copied_shop.query(HOLDOUT))
    assert held_out < more, "a larger share adds customers and moves none"
    before = {row[:2]: row[2] for row in arms}
    kept = [row for row in copied_shop.query(ARMS) if row[:2] in before]
    assert kept
    assert all(before[row[:2]] == row[2] for row in kept), "arms do not depend on who else is chosen"


def test_an_invalid_table_of_actions_raises_a_clear_error(copied_shop: Shop) -> None:
    wrong = copied_shop.dbt(
        "run", "--select", "int_retention__actions", retention_actions="int_retention__today"
    )
    assert wrong.returncode != 0
    assert "retention_actions (int_retention__today) has no column action, channel, consent" in wrong.stdout
    assert "See docs/decisions.md" in wrong.stdout


def test_a_save_rate_of_an_unknown_tier_raises_a_clear_error(copied_shop: Shop) -> None:
    wrong = copied_shop.dbt(
        "run",
        "--select",
        "int_retention__action_priors",
        retention_action_priors="retention_action_priors",
        risk_tier_thresholds={"urgent": 0.6},
    )
    assert wrong.returncode != 0
    assert "has the risk_tier critical, medium; expected urgent, low, or nothing" in wrong.stdout


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (
            "action",
            "ofer",
            "has the action ofer; expected care_call, membership, offer, recommendation, social.",
        ),
        ("segment_number", "7", "has the segment_number 7; expected 1, 2, 3, 4, 5, 6, or nothing for all"),
    ],
)
def test_a_save_rate_of_an_unknown_action_or_segment_raises_a_clear_error(
    copied_shop: Shop, column: str, value: str, words: str
) -> None:
    with duckdb.connect(str(copied_shop.warehouse)) as connection:
        connection.execute(f"update retention_action_priors set {column} = '{value}' where action = 'offer'")
    wrong = copied_shop.dbt(
        "run",
        "--select",
        "int_retention__action_priors",
        retention_action_priors="retention_action_priors",
    )
    assert wrong.returncode != 0
    assert words in wrong.stdout


def test_a_segment_number_may_have_decimals(copied_shop: Shop) -> None:
    with duckdb.connect(str(copied_shop.warehouse)) as connection:
        connection.execute("alter table retention_action_priors alter segment_number type double")
        connection.execute("update retention_action_priors set segment_number = 2 where risk_tier = 'low'")
    copied_shop.build(
        "--select", "int_retention__action_priors", retention_action_priors="retention_action_priors"
    )


def test_a_rule_with_an_unknown_column_raises_a_clear_error(copied_shop: Shop) -> None:
    with duckdb.connect(str(copied_shop.warehouse)) as connection:
        connection.execute(
            "update int_retention__actions set eligibility_rule = "
            "'churn_probabilty >= 0.15 and coalesce(membership_tier, ''no tier'') <> ''gold''' "
            "where action = 'offer'"
        )
    wrong = copied_shop.dbt("run", "--select", "int_retention__action_eligibility")
    assert wrong.returncode != 0
    assert "it uses churn_probabilty, and rules may use" in wrong.stdout
    assert "Correct it in the table of the var retention_actions" in wrong.stdout


@pytest.mark.parametrize("customers", [400, 2000])
def test_the_choice_is_within_one_percent_of_the_best(choosing_shop: Shop, customers: int) -> None:
    """Compared with the exact optimum (mixed-integer programme) and its linear relaxation."""
    rng = np.random.default_rng(customers)
    probability, value = rng.beta(1.2, 3, customers), rng.lognormal(4.5, 1, customers)
    capacity = {"b": customers // 20, "c": customers // 15}
    candidates = []
    for action, cost, offer, effect in zip(
        ACTIONS, (0.05, 0.05, 4, 0.5, 0.3), (0, 6, 0, 3, 0), (0.04, 0.09, 0.15, 0.05, 0.02), strict=True
    ):
        changed = effect * probability * rng.uniform(0.3, 1.7, customers)
        costs = cost + offer * ((1 - probability) / 3 + changed)
        candidates += [
            (f"C{number}", action, round(profit, 6), round(paid, 6))
            for number, (profit, paid) in enumerate(zip(changed * value - costs, costs, strict=True))
            if rng.random() < 0.8
        ]
    given = pa.Table.from_pylist(
        [dict(zip(("customer_id", "action", "profit", "cost"), row, strict=True)) for row in candidates]
    )
    actions = pa.table({"action": ACTIONS, "capacity": [capacity.get(action) for action in ACTIONS]})
    with duckdb.connect(str(choosing_shop.warehouse)) as connection:
        connection.register("given", given)
        connection.register("actions", actions)
        connection.execute("""
            create or replace table int_retention__action_candidates as
            select customer_id, action, profit as expected_profit, cost as expected_cost_amount,
                date '2024-03-01' as as_of_date, true as is_eligible, 'high' as risk_tier,
                0.5 as churn_probability, 0.1 as effect_rate, 'prior' as evidence
            from given;
            create or replace table int_retention__actions as select * from actions;
        """)
    models = ("int_retention__choice_prices", "int_retention__chosen_actions", "int_retention__choice_bound")
    chosen = choosing_shop.dbt("run", "--select", *models, retention_budget=BUDGET)
    assert chosen.returncode == 0, chosen.stdout

    useful = [row for row in candidates if row[2] > 0]
    best, relaxed = optimum(useful, capacity)
    [(profit, cost, bound)] = choosing_shop.query(
        "select expected_profit, expected_cost_amount, expected_profit_bound from int_retention__choice_bound"
    )
    granted = Counter(
        action for (action,) in choosing_shop.query("select action from int_retention__chosen_actions")
    )
    assert cost <= BUDGET
    assert all(granted[action] <= places for action, places in capacity.items())
    is_full = any(granted[action] == places for action, places in capacity.items())
    assert is_full or cost > BUDGET - 10, "a limit bites"
    assert 0.99 * best <= profit <= best + 1e-6
    assert relaxed - 1e-4 <= bound <= 1.01 * relaxed


@pytest.fixture(scope="module")
def choosing_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A warehouse with only the tables that the choice reads."""
    shop = seeds_shop(tmp_path_factory.mktemp("choosing"))
    shop.warehouse.parent.mkdir()
    return shop


def optimum(candidates: list[tuple[str, str, float, float]], capacity: dict[str, int]) -> tuple[float, float]:
    """The largest profit within BUDGET and `capacity`, one action per customer: integer, and relaxed."""
    numbers = {customer: number for number, customer in enumerate(sorted({row[0] for row in candidates}))}
    profits: NDArray[np.float64] = np.array([row[2] for row in candidates])
    one_each = csr_matrix(
        (np.ones(len(candidates)), ([numbers[row[0]] for row in candidates], range(len(candidates))))
    )
    rows = [one_each, csr_matrix([row[3] for row in candidates])]
    limits = [1.0] * len(numbers) + [float(BUDGET)]
    for action, places in capacity.items():
        rows.append(csr_matrix([float(row[1] == action) for row in candidates]))
        limits.append(places)
    constraint = LinearConstraint(vstack(rows), ub=limits)
    solved = [
        milp(
            -profits, constraints=constraint, bounds=(0, 1), integrality=whole, options={"mip_rel_gap": 1e-4}
        )
        for whole in (1, 0)
    ]
    assert all(one.success for one in solved)
    return -solved[0].fun, -solved[1].fun
