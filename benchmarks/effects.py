"""Does the package measure effects correctly? Thousands of simulated campaigns, by the package's own SQL.

    python benchmarks/effects.py            # 4,000 campaigns of each kind, two minutes on two cores
    python benchmarks/effects.py --quick    # 200 campaigns of each kind, under a minute

A simulated shop provides untreated customers, with the data known before a campaign and the outcomes of the
60 days after. Every campaign here samples some of them, splits them into two arms and adds a known effect
to one arm. Then dbt runs int_retention__campaign_weights and int_retention__campaign_estimates over all
campaigns at once.

- A/A: without an effect, how often does a 95 % interval exclude 0? (5 % is right.)
- Known effect: more orders, at a rate that differs between customers. How often does the interval contain the
  mean effect over all customers? (95 % is right.)
- CUPED: how much shorter is the interval than without covariates?
- Peeking: ten looks at growing campaigns without an effect. How often does any look exclude 0? The sequential
  interval must not exceed 5 %; the fixed one does.

The last line is JSON.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from measuring import Clock, parser, peak_gb, report, work_folder
from simulated import load_shop, run_dbt

SEED = 20_261_124
CUSTOMERS = 20_000
ARM = 500  # customers in each arm of a campaign
LOOKS, LOOK_ARM = 10, 100
ORDER_AMOUNT, MARGIN = 28.0, 0.35  # of an order added by the treatment
ADDED_ORDERS = (0.10, 0.60)  # mean of added orders, from the steadiest to the most discount-loving customer
MODELS = (
    "int_retention__campaign_weights int_retention__campaign_moments int_retention__campaign_differences "
    "int_retention__campaign_estimates"
)
# The ancestors of int_retention__campaign_outcomes, without earlier scores: there are none.
OUTCOMES = (
    "+int_retention__assignment_risk +int_retention__decision_history +int_retention__gross_margin "
    "+int_retention__purchase_lines +stg_retention__coupon_redemptions int_retention__campaign_responses "
    "int_retention__campaign_outcomes int_retention__programme_outcomes"
)


def build_pool(warehouse: Path) -> None:
    """Rows of int_retention__campaign_outcomes of control customers of a simulated shop."""
    with duckdb.connect(str(warehouse)) as connection:
        load_shop(connection, warehouse.parent / "shop", customers=CUSTOMERS, seed=SEED)
        connection.execute(
            "create table ml_churn_score_history (customer_id varchar, as_of_date date, "
            "churn_probability double, churn_definition varchar, churn_horizon_days integer)"
        )
    run_dbt(warehouse, OUTCOMES)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from int_retention__programme_outcomes")
        connection.execute(
            f"""
            create table pool as
            select
                row_number() over (order by campaign_id, customer_id) - 1 as number,
                outcomes.* exclude (campaign_id, arm, orders_count, spend_amount, profit_amount, is_retained),
                orders_count as y_orders, spend_amount as y_spend, profit_amount as y_profit,
                {ADDED_ORDERS[0]} + {ADDED_ORDERS[1] - ADDED_ORDERS[0]} * price_sensitivity as added_mean
            from int_retention__campaign_outcomes as outcomes
            inner join truth_customers using (customer_id)
            where arm = 'control' and is_window_closed
            """
        )


def draw_campaigns(
    warehouse: Path, *, kind: str, campaigns: int, arm: int, looks: int, has_effect: bool
) -> None:
    """Replace int_retention__campaign_outcomes by `campaigns` samples of the pool.

    With looks above 1, look k is a separate campaign, of the first k / looks of the customers.
    """
    rng = np.random.default_rng([SEED, campaigns, arm, looks, has_effect])
    with duckdb.connect(str(warehouse)) as connection:
        [(size,)] = connection.sql("select count(*) from pool").fetchall()
        number = np.concatenate([rng.permutation(size)[: 2 * arm] for _ in range(campaigns)])
        order = np.tile(np.arange(2 * arm), campaigns)
        drawn = pa.table(
            {
                "campaign": np.repeat(np.arange(campaigns), 2 * arm),
                "number": number,
                "place": order,
                "luck": rng.random(len(number)),
            }
        )
        # Added orders are Poisson by inversion, at most 4: the truth below sums the same probabilities.
        connection.register("drawn", drawn)
        added = "0"
        if has_effect:
            cut = " + ".join(
                f"cast(luck > exp(-added_mean) * ({poisson_sum(count)}) as integer)" for count in range(4)
            )
            added = f"case when place % 2 = 0 then {cut} else 0 end"
        connection.execute(
            f"""
            create or replace table int_retention__campaign_outcomes as
            with looks as (select unnest(range(1, {looks} + 1)) as look),
            added as (
                select pool.*, drawn.*, {added} as added from drawn inner join pool using (number)
            )
            select
                '{kind}-' || campaign || '-' || look as campaign_id,
                * exclude (y_orders, y_spend, y_profit, customer_id, added),
                customer_id || '-' || number as customer_id,
                case when place % 2 = 0 then 'treatment' else 'control' end as arm,
                y_orders + added > 0 as is_retained,
                y_orders + added as orders_count,
                y_spend + {ORDER_AMOUNT} * added as spend_amount,
                y_profit + {ORDER_AMOUNT * MARGIN} * added as profit_amount
            from added inner join looks on place < look * {2 * arm // looks}
            """
        )


def poisson_sum(count: int) -> str:
    """SQL of exp(mean) P(added <= count)."""
    terms = ["1", "added_mean", "added_mean * added_mean / 2", "added_mean * added_mean * added_mean / 6"]
    return " + ".join(terms[: count + 1])


def true_effects(warehouse: Path) -> dict[str, float]:
    """Mean effect over the pool."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        orders = " + ".join(f"1 - exp(-added_mean) * ({poisson_sum(count)})" for count in range(4))
        [(retained, added)] = connection.sql(
            f"""
            select avg(case when y_orders = 0 then 1 - exp(-added_mean) else 0 end), avg({orders}) from pool
            """
        ).fetchall()
    return {
        "retained": retained,
        "orders": added,
        "spend": ORDER_AMOUNT * added,
        "profit": ORDER_AMOUNT * MARGIN * added,
    }


def shares(warehouse: Path, condition: str) -> dict[str, float]:
    """Share of campaigns, by outcome, that meet a condition on int_retention__campaign_estimates."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return dict(
            connection.sql(
                f"""
                with judged as (
                    select outcome, split_part(campaign_id, '-', 2) as campaign, bool_or({condition}) as holds
                    from int_retention__campaign_estimates where segment = 'all' group by all
                )
                select outcome, avg(cast(holds as integer)) from judged group by outcome order by outcome
                """
            ).fetchall()
        )


def main() -> None:
    arguments = parser(__doc__, quick="200 campaigns of each kind")
    arguments.add_argument("--campaigns", type=int, default=4000, help="campaigns of each kind")
    options = arguments.parse_args()
    campaigns = 200 if options.quick else options.campaigns

    found: dict[str, dict[str, float]] = {}
    clock = Clock()
    with clock, work_folder("effects") as folder:
        warehouse = folder / "effects.duckdb"
        build_pool(warehouse)
        draw_campaigns(warehouse, kind="AA", campaigns=campaigns, arm=ARM, looks=1, has_effect=False)
        run_dbt(warehouse, MODELS)
        found["A/A: interval without 0"] = shares(warehouse, "effect_lower > 0 or effect_upper < 0")
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            found["CUPED: interval shorter by"] = dict(
                connection.sql(
                    "select outcome, 1 - avg(standard_error) / avg(unadjusted_standard_error) "
                    "from int_retention__campaign_estimates where segment = 'all' group by all order by all"
                ).fetchall()
            )
        draw_campaigns(warehouse, kind="AB", campaigns=campaigns, arm=ARM, looks=1, has_effect=True)
        run_dbt(warehouse, MODELS)
        truth = true_effects(warehouse)
        held = {
            outcome: shares(warehouse, f"{effect} between effect_lower and effect_upper")[outcome]
            for outcome, effect in truth.items()
        }
        found["known effect: inside the interval"] = dict(sorted(held.items()))
        few = max(campaigns // 4, 50)
        draw_campaigns(
            warehouse, kind="PEEK", campaigns=few, arm=LOOKS * LOOK_ARM, looks=LOOKS, has_effect=False
        )
        for interval in ("fixed", "sequential"):
            run_dbt(warehouse, MODELS, effect_interval=interval)
            name = f"ten looks, {interval}: some interval without 0"
            found[name] = shares(warehouse, "effect_lower > 0 or effect_upper < 0")

    outcomes = list(truth)
    print(f"{campaigns} campaigns of {2 * ARM} customers; ten looks: {few} campaigns")
    print("| | " + " | ".join(outcomes) + " |")
    print("|" + "---|" * (len(outcomes) + 1))
    for name, figures in found.items():
        print(f"| {name} | " + " | ".join(f"{figures[one]:.1%}" for one in outcomes) + " |")
    wrong, held = found["A/A: interval without 0"], found["known effect: inside the interval"]
    report(
        "effects",
        ratios={
            **{f"false_positives_{edge.__name__}": round(edge(wrong.values()), 4) for edge in (min, max)},
            **{f"covered_{edge.__name__}": round(edge(held.values()), 4) for edge in (min, max)},
            **{
                f"interval_shorter_{outcome}": round(share, 4)
                for outcome, share in found["CUPED: interval shorter by"].items()
            },
            "sequential_false_positives_max": round(
                max(found["ten looks, sequential: some interval without 0"].values()), 4
            ),
        },
        at_least={
            "false_positives_min": 0.04,
            "covered_min": 0.93,
            **{f"interval_shorter_{outcome}": 0.15 for outcome in outcomes},
        },
        at_most={"false_positives_max": 0.06, "covered_max": 0.97, "sequential_false_positives_max": 0.05},
        cpu_seconds=clock.cpu_seconds,
        peak_gb=peak_gb(),
        quick=options.quick,
        campaigns=campaigns,
        truth=truth,
        found=found,
    )


if __name__ == "__main__":
    main()
