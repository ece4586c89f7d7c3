"""Do predicted churn probabilities come true in every month of a seasonal shop?

    python benchmarks/season.py            # ten shops, twelve test months each: about 20 CPU minutes
    python benchmarks/season.py --quick    # the first shop, two months

Each simulated shop has orders only: customers arrive, buy at a rate of their own times the season of the day,
and leave for good. Growth changes either the arrivals or everybody's rate. For each test month the package
builds labels, season and five families of features from the two (or three) years before the test date and
the label window after it, and trains with churn_prior_shift auto; in every third month also with none. dbt
runs the models for the first month; for the others their compiled SQL is executed without dbt, which would
take most of the time. The only candidate is the logistic regression: trees take four times as long. Their
errors were alike on three months of a development shop (mean ECE 0.022 for both).

ECE is the expected calibration error of the test date in ten bins, a mean over shops for each month. Even
true probabilities have an ECE above 0, because the customers of a bin are few: "chance" is its mean over
twenty draws of labels from the predicted probabilities. "over by" is the mean predicted probability less the
churned share. In every third month too, mart_next_order_quality judges the 80 % intervals of the next order.
The seeds of the shops were never used in development; DEVELOPMENT_SEEDS were. The last line is JSON.
"""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute
from measuring import ROOT, Clock, parser, peak_gb, report, table_row, work_folder
from simulated import run_dbt

FIRST_DAY, GRID_DAY = date(2020, 1, 1), date(2000, 1, 3)  # test dates are on the package's grid
BEFORE_DAYS = 730  # customers who came before the shop's first known day
YEAR = 365.25
HORIZON_DAYS, MONTH_DAYS, MONTHS = 60, 30, 12
FAMILIES = ["recency_frequency_monetary", "frequency_decline", "purchase_rhythm", "lifecycle", "season"]
RATES = ["int_retention__purchase_process", "feat_buy_till_you_die"]
NEXT_ORDERS = ["ml_next_order_waits", "ml_next_order_dates", "mart_next_order_quality"]
CANDIDATES = ["logistic_regression"]
DEVELOPMENT_SEEDS = [1, 4, 101, 103, 107]
DRAWS = 20
EVERY = 3  # months between those with a comparison and next orders
COVERAGE_BAND = (0.77, 0.83)
MOST_ECE, LEAST_AUC_GAIN = 0.03, -0.002


@dataclass(frozen=True)
class SeasonalShop:
    """amplitude: of the season, see season_of_days. growth: per year, of arrivals or of rates."""

    seed: int
    years: int
    amplitude: float
    growth: float
    grows: str


SHOPS = [
    SeasonalShop(31, 2, 0.6, 0.0, "arrivals"),
    SeasonalShop(32, 2, 0.3, 0.5, "arrivals"),
    SeasonalShop(33, 2, 0.6, -0.3, "rates"),
    SeasonalShop(34, 3, 0.6, 0.2, "rates"),
    SeasonalShop(35, 2, 0.0, 0.0, "arrivals"),
    SeasonalShop(36, 3, 0.4, -0.3, "arrivals"),
    SeasonalShop(37, 2, 0.3, 0.5, "rates"),
    SeasonalShop(38, 3, 0.5, 0.0, "rates"),
    SeasonalShop(39, 2, 0.45, -0.15, "arrivals"),
    SeasonalShop(40, 3, 0.15, 0.35, "rates"),
]


def first_test_day(shop: SeasonalShop) -> int:
    """The first day of the grid with shop.years of orders before it, counted from FIRST_DAY."""
    day = round(shop.years * YEAR)
    return day + -((FIRST_DAY - GRID_DAY).days + day) % MONTH_DAYS


def season_of_days(days: np.ndarray, amplitude: float) -> np.ndarray:
    """Purchase rate of each day relative to the mean: half a yearly wave, half a hump before Christmas."""
    of_year = np.mod(days, YEAR)
    hump = np.exp(-0.5 * ((of_year - 345) / 20) ** 2)
    wave = 0.5 * np.cos(2 * np.pi * (of_year - 345) / YEAR) + 0.5 * (hump - hump.mean()) / hump.max()
    return np.asarray(1 + amplitude * wave)


def orders_of(shop: SeasonalShop, *, new_customers_per_year: int) -> pa.Table:
    """customer_id (number) and day (from FIRST_DAY), one row per order."""
    random = np.random.default_rng(shop.seed)
    end = first_test_day(shop) + MONTH_DAYS * MONTHS + HORIZON_DAYS
    days = np.arange(-BEFORE_DAYS, end)
    growth = (1 + shop.growth) ** (days / YEAR)
    grows_by_arrivals = shop.grows == "arrivals"
    arrivals = random.poisson(
        new_customers_per_year / YEAR * (growth if grows_by_arrivals else 1.0), len(days)
    )
    first = np.repeat(days, arrivals)
    rate = random.gamma(1.2, 1 / 1.2, len(first)) / 40
    stays = random.exponential(1 / (random.gamma(1.5, 1 / 1.5, len(first)) / 260 + 1e-9))
    intensity = season_of_days(days, shop.amplitude) * (1.0 if grows_by_arrivals else growth)
    passed = np.concatenate([[0], np.cumsum(intensity)])
    edges = np.arange(-BEFORE_DAYS, end + 1)
    start, stop = passed[first + BEFORE_DAYS], np.interp(np.minimum(first + stays, end), edges, passed)
    further = random.poisson(rate * (stop - start))
    moments = np.repeat(start, further) + random.random(further.sum()) * np.repeat(stop - start, further)
    customers = np.arange(len(first))
    day = np.concatenate([first, np.floor(np.interp(moments, passed, edges)).astype(int)])
    customer = np.concatenate([customers, np.repeat(customers, further)])
    kept = (day >= 0) & (day < end)
    return pa.table({"customer_id": customer[kept], "day": day[kept]})


def build(orders: pa.Table, *, start: int, end: int, scratch: Path, with_next_orders: bool) -> None:
    """Labels, season, FAMILIES and NEXT_ORDERS by the package, of the days start to end - 1."""
    from dbt_retention.duckdb_plugin import register

    warehouse = scratch / "shop.duckdb"
    is_built = warehouse.exists()
    with duckdb.connect(str(warehouse)) as connection:
        if not is_built:
            for path in (ROOT / "seeds").glob("example_*.csv"):
                connection.execute(f"create table {path.stem} as from read_csv('{path}') limit 0")
        connection.register("drawn", orders)
        connection.execute(
            "create or replace table example_orders as select 'O' || row_number() over (order by day, "
            "customer_id) as order_id, 'C' || customer_id as customer_id, "
            f"cast(date '{FIRST_DAY}' + cast(day as integer) as timestamp) + interval 10 hour as ordered_at, "
            "'completed' as order_status, 'web' as channel, 20.0 as order_amount, 0.0 as discount_amount, "
            f"cast(null as timestamp) as loaded_at from drawn where day >= {start} and day < {end}"
        )
        if is_built:
            register(connection, models_path=scratch / "models_onnx")
            for name, statement in json.loads((scratch / "statements.json").read_text("utf-8")).items():
                if with_next_orders or name not in (*RATES, *NEXT_ORDERS):
                    connection.execute(statement)
    if not is_built:
        models = ["int_retention__season", "int_retention__labels", *RATES]
        models += [f"feat_{name}" for name in FAMILIES]
        run_dbt(warehouse, " ".join(f"+{name}" for name in models), churn_horizon_days=HORIZON_DAYS)
        statements = compiled(scratch / "target")
        with duckdb.connect(str(warehouse)) as connection:  # the one family that next orders need
            connection.execute("create view ml_features as from feat_buy_till_you_die")
        run_dbt(warehouse, " ".join(NEXT_ORDERS), churn_horizon_days=HORIZON_DAYS)
        statements |= compiled(scratch / "target")
        (scratch / "statements.json").write_text(json.dumps(statements), "utf-8")


def training_set(warehouse: Path) -> pa.Table:
    """The rows of ml_training_set, with FAMILIES."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        features = [
            f"feat_{family}.{column}"
            for family in FAMILIES
            for (column,) in connection.sql(
                f"select column_name from (describe feat_{family}) "
                "where column_name not in ('customer_id', 'as_of_date', 'input_fingerprint')"
            ).fetchall()
        ]
        return connection.sql(
            "select labels.customer_id, labels.as_of_date, labels.split, labels.is_churned, "
            f"{HORIZON_DAYS} as churn_horizon_days, today.history_days, today.buyers_count, "
            "0 as drifted_features_count, season.note as season_note, case when not season.is_used then null "
            "when labels.split = 'train' then season.season_index else season.expected_index end "
            f"as season_index, {', '.join(features)} from int_retention__labels as labels "
            + " ".join(f"inner join feat_{family} using (customer_id, as_of_date)" for family in FAMILIES)
            + " inner join int_retention__season as season on labels.as_of_date = season.as_of_date "
            "cross join int_retention__today as today order by labels.as_of_date, labels.customer_id"
        ).to_arrow_table()


def interval_coverage(warehouse: Path) -> dict[str, Any]:
    """How often the 80 % intervals of the next order held, on the date that the package judges."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        [(day, judged, share)] = connection.sql(
            "select as_of_date, judged_customers_count, coverage_share from mart_next_order_quality"
        ).fetchall()
    return {"judged_date": str(day), "judged_customers": judged, "coverage": share}


def compiled(target: Path) -> dict[str, str]:
    """By model, the statements of dbt's last run, in its order, without models of reviews: there are none."""
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    nodes = {name: node for name, node in nodes.items() if node["resource_type"] == "model"}
    ran = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    statements = {}
    for one in (one for one in ran if one["unique_id"] in nodes):
        node = nodes[one["unique_id"]]
        if node["language"] == "sql" and "onnx_" not in one["compiled_code"]:
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            statement = f"create or replace {kind} {one['relation_name']} as {one['compiled_code']}"
            statements[node["name"]] = statement
    return statements


def measured(rows: pa.Table, scratch: Path) -> dict[str, float | bool]:
    """Metrics of the test date, from the model's card. Charts are not drawn."""
    from dbt_retention.registry.store import Registry
    from dbt_retention.training.churn import train_churn
    from dbt_retention.training.metrics import expected_calibration_error

    shutil.rmtree(scratch / "trained", ignore_errors=True)
    registry = Registry(scratch / "trained")
    settings = {"training_policy": "always", "churn_candidates": CANDIDATES}
    with patch("dbt_retention.training.churn.churn_plots", return_value={}) as charts:
        train_churn(rows, settings=settings, registry=registry)
    churned, scores = charts.call_args.args
    random = np.random.default_rng(len(scores))
    drawn = [expected_calibration_error(random.random(len(scores)) < scores, scores) for _ in range(DRAWS)]
    card = registry.champion_card("churn")
    assert card is not None
    assert card.churn is not None
    return {
        "ece": card.test_metrics["expected_calibration_error"].value,
        "auc": card.test_metrics["auc"].value,
        "brier": card.test_metrics["brier"].value,
        "chance": float(np.mean(drawn)),
        "over_by": float(scores.mean() - churned.mean()),
        "uses_season": card.churn.uses_season,
    }


def main() -> None:
    arguments = parser(__doc__, quick="the first shop, two months")
    arguments.add_argument("--shops", type=int, default=len(SHOPS), help=f"the first so many of {len(SHOPS)}")
    arguments.add_argument("--months", type=int, default=MONTHS, help=f"evenly spread over the {MONTHS}")
    arguments.add_argument("--customers", type=int, default=3000, help="new customers a year")
    options = arguments.parse_args()
    if options.quick:
        options.shops, options.months = 1, 2
    found: list[dict[str, Any]] = []
    months = sorted({number * MONTHS // options.months for number in range(options.months)})
    facts = ["seed", "years", "amplitude", "growth", "grows", "test date", "customers", "churned", "season"]
    figures = ["ECE auto", "ECE none", "AUC auto", "AUC none", "chance", "over by", "coverage"]
    print(table_row([*facts, *figures]), flush=True)
    print(table_row(["---"] * len([*facts, *figures])))
    with Clock() as clock, work_folder("season") as scratch:
        for shop in SHOPS[: options.shops]:
            orders = orders_of(shop, new_customers_per_year=options.customers)
            for month in months:
                found.append(asdict(shop) | {"month": month + 1} | one_month(shop, month, orders, scratch))
                print(table_row(words_of(found[-1])), flush=True)

    def mean(what: str, how: str, *, of: str, value: int) -> float:
        of_group = [one[how][what] for one in found if one[of] == value and one[how]]
        return round(float(np.mean(of_group)), 4) if of_group else math.nan

    table = [["test month", "ECE auto", "ECE none", "ECE by chance", "worst shop, auto"]]
    for month in (month + 1 for month in months):
        means = [mean("ece", "auto", of="month", value=month), mean("ece", "none", of="month", value=month)]
        means += [mean("chance", "auto", of="month", value=month)]
        means += [max(one["auto"]["ece"] for one in found if one["month"] == month)]
        table.append([str(month), *("" if math.isnan(value) else f"{value:.4f}" for value in means)])
    print("\nmean over the shops of each test month")
    print("\n".join(map(table_row, table)))
    compared = [one for one in found if one["none"]]
    gains = np.asarray([one["auto"]["auc"] - one["none"]["auc"] for one in compared])
    coverage = np.asarray([one["next_orders"]["coverage"] for one in found if one["next_orders"]])
    held = (coverage >= COVERAGE_BAND[0]) & (coverage <= COVERAGE_BAND[1])
    report(
        "season",
        quick=options.quick or options.shops < len(SHOPS) or options.months < MONTHS,
        ratios={
            "worst_month_ece": max(float(row[1]) for row in table[1:]),
            "mean_ece": round(float(np.mean([one["auto"]["ece"] for one in found])), 4),
            "compared_ece": round(float(np.mean([one["auto"]["ece"] for one in compared])), 4),
            "compared_ece_without": round(float(np.mean([one["none"]["ece"] for one in compared])), 4),
            "compared_brier": round(float(np.mean([one["auto"]["brier"] for one in compared])), 4),
            "compared_brier_without": round(float(np.mean([one["none"]["brier"] for one in compared])), 4),
            "mean_ece_by_chance": round(float(np.mean([one["auto"]["chance"] for one in found])), 4),
            "shop_months_above_the_target": sum(one["auto"]["ece"] > MOST_ECE for one in found),
            "auc_gain": round(float(gains.mean()), 5),
            "interval_coverage": round(float(coverage.mean()), 4),
            "lowest_interval_coverage": round(float(coverage.min()), 4),
            "highest_interval_coverage": round(float(coverage.max()), 4),
            "coverages_in_band_share": round(float(held.mean()), 3),
        },
        at_most={"worst_month_ece": MOST_ECE, "interval_coverage": COVERAGE_BAND[1]},
        at_least={"auc_gain": LEAST_AUC_GAIN, "lowest_interval_coverage": COVERAGE_BAND[0]},
        shops=options.shops,
        months=len(months),
        compared=len(compared),
        ece_by_shop={
            name_of(shop): mean("ece", "auto", of="seed", value=shop.seed) for shop in SHOPS[: options.shops]
        },
        development_seeds=DEVELOPMENT_SEEDS,
        table=table,
        shop_months=found,
        cpu_seconds=clock.cpu_seconds,
        peak_gb=peak_gb(),
    )


def one_month(shop: SeasonalShop, month: int, orders: pa.Table, scratch: Path) -> dict[str, Any]:
    """The figures of one test month, with and without the season."""
    test_day = first_test_day(shop) + month * MONTH_DAYS
    start = test_day - round(shop.years * YEAR)
    is_compared = month % EVERY == 0
    build(
        orders,
        start=start,
        end=test_day + HORIZON_DAYS,
        scratch=scratch,
        with_next_orders=is_compared,
    )
    rows = training_set(scratch / "shop.duckdb")
    test = rows.filter(pa.compute.equal(rows["split"], "test"))
    return {
        "test_date": str(test["as_of_date"][0].as_py()),
        "customers": len(test),
        "churned": pa.compute.mean(test["is_churned"].cast(pa.float64())).as_py(),
        "auto": measured(rows, scratch),
        "none": measured(rows.drop_columns(["season_index", "season_note"]), scratch)
        if is_compared
        else None,
        "next_orders": interval_coverage(scratch / "shop.duckdb") if is_compared else None,
    }


def words_of(one: dict[str, Any]) -> list[str]:
    """A printed row of one shop and month."""
    auto, none = one["auto"], one["none"] or {"ece": math.nan, "auc": math.nan}
    facts = [
        one[name] for name in ("seed", "years", "amplitude", "growth", "grows", "test_date", "customers")
    ]
    figures = [auto["ece"], none["ece"], auto["auc"], none["auc"], auto["chance"]]
    return [
        *map(str, facts),
        f"{one['churned']:.3f}",
        "used" if auto["uses_season"] else "not used",
        *("" if math.isnan(value) else f"{value:.3f}" for value in figures),
        f"{auto['over_by']:+.3f}",
        f"{one['next_orders']['coverage']:.3f}" if one["next_orders"] else "",
    ]


def name_of(shop: SeasonalShop) -> str:
    return f"{shop.years} years, amplitude {shop.amplitude:g}, {shop.grows} {shop.growth:+.0%}"


if __name__ == "__main__":
    main()
