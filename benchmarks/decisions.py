"""Which customers to contact, and how: does the choice earn more than simple rules, and does it learn?

    python benchmarks/decisions.py            # 20 shops of 100,000 customers, about 15 CPU minutes
    python benchmarks/decisions.py --quick    # 3 shops of 6,000 customers, under a minute
    python benchmarks/decisions.py --resume decisions.log    # take the shops that an earlier run has printed

The effects of actions in a simulated shop differ from the priors: expensive actions work better, and each by
a factor that differs between shops. The priors know the shape over tiers better than in a real shop, because
it was found on simulated shops, though not on these. Decisions are taken in three rounds, for a third of the
customers each. The second and the third round are 61 and 122 days later, so that earlier rounds have been
measured. In each round dbt runs the package's own decisions: choice, arms, and from the contacts of earlier
rounds checks, effects, shrinkage and uplift. Later purchases are drawn from the truth of the simulation,
treated or not.

Some models are replaced, because a full build of 20 such shops takes hours: churn probability and value are
boosted trees of scikit-learn on int_retention__decision_features, trained on the window before. There are no
segments, no lines and no further features. Profit counts all customers of a list as contacted, controls too:
the cost of measuring is the same for each rule.

Profit is the change in twelve months' margin by the true effects of the contacts, less the costs of contacts
and accepted offers. Every rule has the same budget, and each list ends where its true costs reach it. The
compared rules, among customers who may be contacted: highest risk first, a random order, and the order of the
customer ids. Each of the three has one action for all customers: the one with the highest profit by the
package's measurements so far. "In hindsight" it is the one with the highest true profit, which no shop can
know; it is reported without a target.

Best possible: the same budget and values, the true mean effect of each action in each tier, exact prices.
"Best seen" is more than campaigns can show: the true gain of each customer, regressed on all features of the
shop. Intervals are paired bootstraps over shops; the last line is JSON.

The shops of a full run, seeds 20,300,000 to 20,300,019, were not looked at when the method was developed:
that was done on DEVELOPMENT_SEEDS. Fresh shops of an earlier run count among these, as they have been seen.
The run before, of 20 shops from seed 20,280,000, had 0.873 of the best possible, 1.32 times the profit of the
risk ranking, and a lower bound of 0.987 for round 3 over round 1. CPU seconds are those of shops that
were not resumed.
"""

from __future__ import annotations

import shutil
from ast import literal_eval
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from measuring import ROOT, Clock, parser, peak_gb, report, work_folder
from simulated import run_dbt
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

SEED = 20_300_000
DEVELOPMENT_SEEDS = {"first": [20_261_125, 20_270_000, 20_280_000], "shops_of_each": 20}
ROUNDS = 3
WINDOW = 60  # days of an effect: the package's churn horizon
BUDGET = 0.07  # money per round and customer of the shop; about a quarter of the customers is eligible
RESAMPLES = 4000
# With all ancestors.
STAGING = (
    "+stg_retention__orders +stg_retention__order_lines +stg_retention__customers +stg_retention__products "
    "+stg_retention__sessions +stg_retention__reviews +stg_retention__service_tickets "
    "+stg_retention__campaigns +stg_retention__campaign_contacts +stg_retention__coupon_redemptions "
    "+int_retention__purchases +int_retention__purchase_lines +int_retention__unlinked_credits"
)
FEATURES = (
    "int_retention__campaign_assignments int_retention__decision_dates int_retention__decision_history "
    "int_retention__decision_features"
)
DECISIONS = (
    "stg_retention__campaigns stg_retention__campaign_contacts int_retention__campaign_assignments "
    "int_retention__assignment_risk int_retention__decision_dates int_retention__decision_history "
    "int_retention__decision_features int_retention__campaign_responses int_retention__campaign_outcomes "
    "int_retention__campaign_weights int_retention__programme_outcomes int_retention__campaign_moments "
    "int_retention__campaign_differences int_retention__campaign_estimates int_retention__campaign_counts "
    "int_retention__campaign_checks int_retention__campaign_verdicts int_retention__actions "
    "int_retention__action_priors int_retention__audience_surpluses int_retention__action_effects "
    "int_retention__uplift_set int_retention__uplift_model int_retention__uplift_scores "
    "int_retention__holdout_salt int_retention__decision_customers int_retention__recent_campaigns "
    "int_retention__action_eligibility int_retention__action_candidates int_retention__choice_prices "
    "int_retention__chosen_actions"
)
TREES = {"learning_rate": 0.1, "max_leaf_nodes": 12, "random_state": 1, "early_stopping": False}
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def load(warehouse: Path, folder: Path, *, customers: int, seed: int) -> None:
    """Load a simulated shop without campaigns as the package's input, each third 61 days later."""
    from dbt_retention.generate import INPUTS, Shop, generate_shop

    shop = Shop(customers=customers, seed=seed, dirty_share=0.0, are_actions_alike=False)
    generate_shop(shop, out=folder, file_format="parquet", truth=True)
    end = shop.first_day + timedelta(days=shop.days)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            f"create table cohorts as select customer_id, hash(customer_id) % {ROUNDS} as round, "
            f"to_days(cast(hash(customer_id) % {ROUNDS} as integer) * {WINDOW + 1}) as shift "
            f"from '{folder}/customers.parquet'"
        )
        for name, schema in INPUTS.items():
            few = name in ("order_lines", "campaigns", "campaign_contacts", "coupon_redemptions", "returns")
            fields = {field.name: str(field.type) for field in schema}
            moments = [column for column, kind in fields.items() if kind.startswith("timestamp")]
            moments += ["ordered_at"] * (name == "orders")
            if "customer_id" in fields and not few:
                shifted = ", ".join(f"cast({column} as timestamp) + shift as {column}" for column in moments)
                query = (
                    f"select * exclude (round, shift) replace ({shifted}) "
                    f"from '{folder}/{name}.parquet' inner join cohorts using (customer_id)"
                )
            else:
                query = f"select * from '{folder}/{name}.parquet'" + " limit 0" * few
            connection.execute(f"create table example_{name} as {query}")
        for name in ("truth_customers", "truth_actions"):
            connection.execute(f"create table {name} as from '{folder}/{name}.parquet'")
        connection.execute(
            f"""
            create table margin as
            select sum(net_amount - quantity * unit_cost) / sum(net_amount) as share
            from '{folder}/order_lines.parquet' inner join example_products using (product_id);
            create table int_retention__gross_margin as
            select round(share, 6) as gross_margin_share, false as is_assumed from margin;
            create table int_retention__horizon as select {WINDOW} as churn_horizon_days;
            create table dates as
            select round, date '{end}' + cast({WINDOW + 1} * round as integer) as decision_date
            from range({ROUNDS}) as rounds (round);
            create table retention_actions as
            from read_csv('{ROOT}/dbt_project/defaults/retention_actions.csv', all_varchar = true);
            update retention_actions set capacity = {customers // 100} where capacity is not null;
            create table retention_action_priors as
            from read_csv('{ROOT}/dbt_project/defaults/retention_action_priors.csv', all_varchar = true);
            create table ml_segment_scores as
            select customer_id, date '{end}' as as_of_date, null::integer as segment_number
            from cohorts limit 0;
            create table int_retention__recommendations as
            select customer_id, 'today' as purpose from cohorts;
            create table ml_features as
            select customer_id, date '{end}' as as_of_date, 1.0 as any_feature from cohorts limit 0;
            create table ml_churn_score_history as
            select customer_id, date '{end}' as as_of_date, 0.0 as churn_probability,
                'fixed_horizon' as churn_definition, {WINDOW} as churn_horizon_days
            from cohorts limit 0;
            """
        )
        set_today(connection, 0)


def set_today(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Set the as_of_date of a round."""
    connection.execute(
        f"""
        create or replace table int_retention__today as
        select decision_date as as_of_date, date '2023-01-02' as first_purchase_date, 500 as history_days,
            1 as buyers_count
        from dates where round = {number};
        """
    )


def score(warehouse: Path) -> None:
    """Replace the scores: models trained on the as_of_date one window earlier."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            f"""
            create or replace table int_retention__spine as
            with dates_of as (
                select customer_id,
                    cast(decision_date as date) - cast({WINDOW} * is_past as integer) as as_of_date
                from cohorts inner join dates using (round) cross join range(2) as past (is_past)
            )
            select distinct dates_of.customer_id, cast(as_of_date as date) as as_of_date, 'score' as split
            from dates_of inner join int_retention__purchases as purchases
                on dates_of.customer_id = purchases.customer_id
                and purchase_date < as_of_date and known_from_date <= as_of_date
                and purchase_date >= as_of_date - 180
            """
        )
    run_dbt(warehouse, FEATURES)
    with duckdb.connect(str(warehouse)) as connection:
        columns = feature_names(connection)
        rows = connection.sql(
            f"""
            with after as (
                select features.customer_id, features.as_of_date, sum(purchase_amount) as spend
                from int_retention__decision_features as features
                inner join int_retention__purchases as purchases
                    on features.customer_id = purchases.customer_id
                    and purchase_date >= as_of_date
                    and purchase_date < cast(as_of_date as date) + {WINDOW}
                group by all
            )
            select
                features.*, as_of_date < decision_date as is_past, round,
                after.customer_id is not null as stayed, coalesce(spend, 0) as spend
            from int_retention__decision_features as features
            left join after using (customer_id, as_of_date)
            inner join cohorts using (customer_id) inner join dates using (round)
            order by features.customer_id, as_of_date
            """
        ).fetchnumpy()
        matrix = np.column_stack([np.ma.filled(rows[name].astype(float), np.nan) for name in columns])
        past = np.asarray(rows["is_past"], dtype=bool)
        with threadpool_limits(limits=1):
            leaving = HistGradientBoostingClassifier(max_iter=80, **TREES)
            leaving.fit(matrix[past], ~np.asarray(rows["stayed"], dtype=bool)[past])
            value = HistGradientBoostingRegressor(loss="poisson", max_iter=80, **TREES)
            value.fit(matrix[past], np.asarray(rows["spend"], dtype=float)[past])
        now = ~past
        scores = pa.table(
            {
                "customer_id": rows["customer_id"][now].astype(str),
                "round": rows["round"][now],
                "churn_probability": leaving.predict_proba(matrix[now])[:, 1],
                "expected_value_12m": value.predict(matrix[now]) * 365 / WINDOW,
            }
        )
        connection.register("scores_now", scores)
        connection.execute("create or replace table scores as from scores_now")
        connection.execute(
            "create or replace table today_features as "
            "select features.* from int_retention__decision_features as features "
            "inner join cohorts using (customer_id) inner join dates using (round) "
            "where as_of_date = decision_date"
        )


def feature_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    columns = connection.sql("select * from int_retention__decision_features limit 0").columns
    return [name for name in columns if name not in ("customer_id", "as_of_date", "window_days")]


def decide(warehouse: Path, number: int, *, budget: float) -> None:
    """Run the package's decisions: measure earlier rounds, and choose for this round's customers."""
    with duckdb.connect(str(warehouse)) as connection:
        set_today(connection, number)
        connection.execute(
            f"""
            create or replace table int_retention__spine as
            select customer_id, decision_date as as_of_date, 'score' as split
            from scores inner join dates using (round) where round = {number};
            create or replace table ml_customer_values as
            select customer_id, decision_date as as_of_date, 'score' as split,
                round(expected_value_12m, 4) as expected_value_12m
            from scores inner join dates using (round) where round = {number};
            create or replace table ml_risk_tiers as
            select customer_id, decision_date as as_of_date, round(churn_probability, 6) as churn_probability,
                case
                    when churn_probability >= 0.6 then 'critical'
                    when churn_probability >= 0.35 then 'high'
                    when churn_probability >= 0.15 then 'medium'
                    else 'low'
                end as risk_tier
            from scores inner join dates using (round) where round = {number};
            insert into ml_churn_score_history
            select customer_id, as_of_date, churn_probability, 'fixed_horizon', {WINDOW} from ml_risk_tiers
            """
        )
    run_dbt(warehouse, DECISIONS, retention_budget=budget)


def live(warehouse: Path, number: int, seed: int) -> None:
    """Simulate a round after its contacts: campaigns, contacts, and purchases of the whole cohort."""
    with duckdb.connect(str(warehouse)) as connection:
        people = connection.sql(
            f"""
            select cohorts.customer_id, truth.buy_probability
            from cohorts
            left join int_retention__chosen_actions as chosen on cohorts.customer_id = chosen.customer_id
            inner join truth_actions as truth on cohorts.customer_id = truth.customer_id
                and truth.action = case when chosen.arm = 'treatment' then chosen.action else 'none' end
            where round = {number} order by cohorts.customer_id
            """
        ).fetchnumpy()
        rng = np.random.default_rng([seed, number])
        # A customer who is certain to buy, to the last digit, would have an infinite rate.
        chance = np.minimum(np.asarray(people["buy_probability"]), 1 - 1e-12)
        counts = rng.poisson(-np.log1p(-chance))
        who = np.repeat(people["customer_id"].astype(str), counts)
        connection.register(
            "bought",
            pa.table(
                {"customer_id": who, "day": rng.integers(0, WINDOW, len(who)), "number": np.arange(len(who))}
            ),
        )
        connection.execute(
            f"""
            insert into int_retention__purchases by name
            with usual as (
                select customer_id, avg(purchase_amount) as purchase_amount, any_value(channel) as channel
                from int_retention__purchases group by customer_id
            )
            select customer_id, 'R{number}-' || number as order_id,
                decision_date + to_days(cast(day as integer)) + interval 12 hour as ordered_at,
                cast(decision_date + to_days(cast(day as integer)) as date) as purchase_date,
                cast(decision_date + to_days(cast(day as integer) + 1) as date) as known_from_date,
                channel, 1 as pieces_count, 1 as products_count, 0 as coupons_count,
                round(purchase_amount, 2) as purchase_amount, 0 as discount_amount
            from bought inner join usual using (customer_id)
            cross join (from dates where round = {number});
            insert into example_campaigns by name
            select distinct campaign_id, chosen.action, as_of_date as started_at,
                as_of_date + {WINDOW} as ended_at, channel,
                cast(contact_cost as double) as contact_cost, cast(offer_value as double) as offer_value
            from int_retention__chosen_actions as chosen inner join int_retention__actions using (action);
            insert into example_campaign_contacts by name
            select campaign_id, customer_id, as_of_date as assigned_at, arm,
                case when arm = 'treatment' then as_of_date + interval 9 hour end as contacted_at
            from int_retention__chosen_actions
            """
        )


def profits(warehouse: Path, number: int, *, budget: float, is_last: bool) -> dict[str, float]:
    """True profit per customer of each rule, in one round."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.sql(
            """
            select
                candidates.customer_id,
                candidates.action,
                candidates.is_eligible or coalesce(why_not like 'a contact makes%', false) as may,
                candidates.churn_probability,
                candidates.risk_tier,
                candidates.value_kept,
                candidates.expected_profit,
                candidates.expected_cost_amount,
                chosen.customer_id is not null as is_chosen,
                (treated.expected_purchases_12m - untreated.expected_purchases_12m) * margin_per_order
                    as gain,
                (treated.buy_probability - untreated.buy_probability) as effect,
                actions.contact_cost + actions.offer_value * treated.offer_probability as cost,
                actions.capacity
            from int_retention__action_candidates as candidates
            inner join int_retention__actions as actions using (action)
            left join int_retention__chosen_actions as chosen using (customer_id, action)
            inner join truth_actions as treated using (customer_id, action)
            inner join truth_actions as untreated
                on candidates.customer_id = untreated.customer_id and untreated.action = 'none'
            inner join truth_customers on candidates.customer_id = truth_customers.customer_id
            where candidates.action <> 'none'
            order by candidates.customer_id, candidates.action
            """
        ).df()
        seen = connection.sql(
            "select features.*, churn_probability, expected_value_12m from today_features as features "
            "inner join scores using (customer_id) "
            "semi join int_retention__action_candidates using (customer_id) order by customer_id"
        ).df()
    actions = sorted(rows["action"].unique())
    shape = (len(rows) // len(actions), len(actions))
    table = {name: rows[name].to_numpy().reshape(shape) for name in rows.columns}
    gain, cost, may = table["gain"].astype(float), table["cost"].astype(float), table["may"].astype(bool)
    places = np.where(
        np.isnan(table["capacity"][0].astype(float)), np.inf, table["capacity"][0].astype(float)
    )
    customers = np.arange(shape[0])

    def earned(who: Ints, action: Ints) -> float:
        affordable = np.cumsum(cost[who, action]) <= budget
        return float((gain - cost)[who, action][affordable].sum() / shape[0])

    def in_order(order: Ints) -> tuple[float, float]:
        """Profit with the best action by measurement, and with the truly best action."""
        found = []
        for column in range(shape[1]):
            who = order[may[order, column]]
            who = who[: int(min(len(who), places[column]))]
            hoped = table["expected_profit"].astype(float)[who, column]
            costs = table["expected_cost_amount"].astype(float)[who, column]
            found.append((hoped[np.cumsum(costs) <= budget].sum(), earned(who, np.full(len(who), column))))
        return max(found)[1], max(profit for _, profit in found)

    who, action = np.nonzero(table["is_chosen"].astype(bool))
    by = (table["expected_profit"] / table["expected_cost_amount"]).astype(float)[who, action]
    order = np.argsort(-by, kind="stable")
    rng = np.random.default_rng([SEED, number])
    risk = table["churn_probability"][:, 0].astype(float)
    found = {"package": earned(who[order], action[order])}
    ways = {"risk_ranking": np.argsort(-risk, kind="stable"), "random": rng.permutation(customers)}
    for name, way in (ways | {"treat_all": customers}).items():
        found[name], found[f"{name}_in_hindsight"] = in_order(way)
    if is_last:
        tiers = table["risk_tier"][:, 0]
        mean_effect, mean_cost = np.zeros(shape), np.zeros(shape)
        for tier in set(tiers):
            mean_effect[tiers == tier] = table["effect"][tiers == tier].astype(float).mean(axis=0)
            mean_cost[tiers == tier] = cost[tiers == tier].mean(axis=0)
        known = mean_effect * table["value_kept"].astype(float)
        found["best_possible"] = earned(*best_list(known, mean_cost, may, budget=budget, places=places))
        names = [name for name in seen.columns if name not in ("customer_id", "as_of_date", "window_days")]
        matrix, half = seen[names].to_numpy(dtype=float), rng.random(shape[0]) < 0.5
        guesses = [
            np.column_stack([across(matrix, truth[:, column], half) for column in range(shape[1])])
            for truth in (gain, cost)
        ]
        found["best_seen"] = earned(*best_list(*guesses, may, budget=budget, places=places))
    return found


def across(matrix: Floats, truth: Floats, half: npt.NDArray[np.bool_]) -> Floats:
    """Predictions of the truth for unseen customers, by boosted trees."""
    guess = truth.copy()
    if np.ptp(truth) > 0:
        for mine in (half, ~half):
            trees = HistGradientBoostingRegressor(max_iter=60, **TREES).fit(matrix[mine], truth[mine])
            guess[~mine] = trees.predict(matrix[~mine])
    return guess


def best_list(
    gain: Floats, cost: Floats, may: npt.NDArray[np.bool_], *, budget: float, places: Floats
) -> tuple[Ints, Ints]:
    """(customers, actions), best first: the choice at the prices of budget and places that use them up."""
    profit = np.where(may, gain - cost, -np.inf)
    place_prices = np.zeros(gain.shape[1])

    def at(price: float) -> tuple[Ints, Ints]:
        surplus = profit - price * cost - place_prices
        action = surplus.argmax(axis=1)
        who = np.flatnonzero(surplus.max(axis=1) > 0)
        return who, action[who]

    def within_budget() -> tuple[Ints, Ints]:
        low, high = 0.0, 1000.0
        if cost[at(0.0)].sum() <= budget:
            return at(0.0)
        for _ in range(24):
            middle = (low + high) / 2
            low, high = (middle, high) if cost[at(middle)].sum() > budget else (low, middle)
        return at(high)

    for scarce in np.flatnonzero(np.isfinite(places)):
        low, high = 0.0, 300.0
        for _ in range(16):
            place_prices[scarce] = (low + high) / 2
            is_full = (within_budget()[1] == scarce).sum() > places[scarce]
            low, high = (place_prices[scarce], high) if is_full else (low, place_prices[scarce])
        place_prices[scarce] = high
    who, action = within_budget()
    order = np.argsort(-(profit / cost)[who, action], kind="stable")
    return who[order], action[order]


def play(scratch: Path, *, customers: int, seed: int) -> dict[str, float]:
    """Run one shop through its three rounds: profits per customer, the package's in each round."""
    shutil.rmtree(scratch / "models_onnx", ignore_errors=True)
    warehouse = scratch / "shop.duckdb"
    warehouse.unlink(missing_ok=True)
    load(warehouse, scratch / "inputs", customers=customers, seed=seed)
    run_dbt(warehouse, STAGING)
    score(warehouse)
    found: dict[str, float] = {}
    for number in range(ROUNDS):
        decide(warehouse, number, budget=BUDGET * customers)
        of_round = profits(warehouse, number, budget=BUDGET * customers, is_last=number == ROUNDS - 1)
        found[f"round_{number + 1}"] = of_round["package"]
        if number < ROUNDS - 1:
            live(warehouse, number, seed)
    return found | of_round


def ratio_interval(one: Floats, other: Floats) -> tuple[float, float, float]:
    """mean(one) / mean(other) and its 95 % interval over resampled shops; above 1: `one` earns more."""
    drawn = np.random.default_rng(SEED).integers(0, len(one), (RESAMPLES, len(one)))
    ratios = one[drawn].mean(axis=1) / other[drawn].mean(axis=1)
    lower, upper = np.quantile(ratios, [0.025, 0.975])
    return float(one.mean() / other.mean()), float(lower), float(upper)


def printed_shops(text: str) -> dict[int, dict[str, float]]:
    """The shops in the output of a run: the number of the shop, a space, and its profits."""
    lines = (line.split(" ", 1) for line in text.splitlines() if line[:1].isdigit())
    return {int(shop): literal_eval(profits) for shop, profits in lines}


def main() -> None:
    arguments = parser(__doc__, quick="3 shops of 6,000 customers")
    arguments.add_argument("--shops", type=int, default=20)
    arguments.add_argument("--customers", type=int, default=100_000)
    arguments.add_argument(
        "--first", type=int, default=0, help="number of the first shop; seeds follow from it"
    )
    arguments.add_argument(
        "--resume", type=Path, help="what a run printed that was stopped; of the same size"
    )
    options = arguments.parse_args()
    shops, customers = (3, 6_000) if options.quick else (options.shops, options.customers)
    clock, played = Clock(), []
    known = printed_shops(options.resume.read_text("utf-8")) if options.resume else {}
    with work_folder("decisions") as folder, threadpool_limits(limits=1):
        for shop in range(options.first, options.first + shops):
            with clock:
                played.append(known.get(shop) or play(folder, customers=customers, seed=SEED + shop))
            print(shop, {name: round(value, 4) for name, value in played[-1].items()}, flush=True)
    of: dict[str, Any] = {name: np.array([one[name] for one in played]) for name in played[0]}
    ratios: dict[str, float] = {}
    for name, other in {
        "over_risk_ranking": of["risk_ranking"],
        "over_random": of["random"],
        "over_treat_all": of["treat_all"],
    }.items():
        ratios[name], ratios[f"{name}_lower"], _ = (
            round(value, 3) for value in ratio_interval(of["package"], other)
        )
    hindsight = np.max([of[name] for name in of if name.endswith("_in_hindsight")], axis=0)
    ratios["over_best_in_hindsight"] = round(float(of["package"].mean() / hindsight.mean()), 3)
    learned = ratio_interval(of["round_3"], of["round_1"])
    ratios["round3_over_round1"], ratios["round3_over_round1_lower"] = (round(x, 3) for x in learned[:2])
    ratios["of_best_possible"] = round(float(of["package"].mean() / of["best_possible"].mean()), 3)
    ratios["of_best_seen"] = round(float(of["package"].mean() / of["best_seen"].mean()), 3)
    report(
        "decisions",
        ratios=ratios,
        at_least={
            "over_risk_ranking_lower": 1.0,
            "over_random_lower": 1.0,
            "over_treat_all_lower": 1.0,
            "of_best_possible": 0.9,
            "round3_over_round1_lower": 1.0,
        },
        cpu_seconds=clock.cpu_seconds,
        peak_gb=peak_gb(),
        quick=options.quick,
        shops=shops,
        resumed_shops=len(known),
        customers=customers,
        fresh_seeds={"first": SEED + options.first, "last": SEED + options.first + shops - 1},
        development_seeds=DEVELOPMENT_SEEDS,
        profit_per_customer={name: round(float(values.mean()), 3) for name, values in of.items()},
        profits=[{name: round(value, 4) for name, value in one.items()} for one in played],
    )


if __name__ == "__main__":
    main()
