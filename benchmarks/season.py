"""Do predicted churn probabilities come true in every month of a seasonal shop?

    python benchmarks/season.py                    # all shops of SHOPS, twelve test months each: hours
    python benchmarks/season.py --shops 1 --months 3
    python benchmarks/season.py --quick            # the first shop, two months

Each simulated shop has orders only: customers arrive, buy at a rate of their own times the season of the day,
and leave for good. Growth changes either the arrivals or everybody's rate. For each test month the package
builds labels, season and five families of features from the two (or three) years before the test date and the
label window after it, and trains twice: with churn_prior_shift auto, and with none. ECE is the expected
calibration error of the test date in ten bins, a mean over shops for each month. None of the seeds of the
shops below was used to develop the shift of probabilities. The last line is JSON.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

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
CANDIDATES = ["logistic_regression", "gradient_boosting"]
MOST_ECE = 0.03


@dataclass(frozen=True)
class SeasonalShop:
    """amplitude: of the season, see season_of_days. growth: per year, of arrivals or of rates."""

    seed: int
    years: int
    amplitude: float
    growth: float
    grows: str


SHOPS = [
    SeasonalShop(1, 2, 0.6, 0.0, "arrivals"),
    SeasonalShop(2, 2, 0.3, 0.5, "arrivals"),
    SeasonalShop(3, 2, 0.6, -0.3, "rates"),
    SeasonalShop(4, 3, 0.6, 0.2, "rates"),
    SeasonalShop(5, 2, 0.0, 0.0, "arrivals"),
    SeasonalShop(6, 3, 0.4, -0.3, "arrivals"),
    SeasonalShop(7, 2, 0.3, 0.5, "rates"),
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


def training_set(orders: pa.Table, *, start: int, end: int, scratch: Path) -> pa.Table:
    """Labels, season and FAMILIES by the package, as in ml_training_set, of the days start to end - 1."""
    warehouse = scratch / "shop.duckdb"
    warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(warehouse)) as connection:
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
    models = ["int_retention__season", "int_retention__labels", *(f"feat_{name}" for name in FAMILIES)]
    run_dbt(warehouse, " ".join(f"+{model}" for model in models), churn_horizon_days=HORIZON_DAYS)
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


def measured(rows: pa.Table, scratch: Path) -> dict[str, float | bool]:
    """ECE and AUC of the test date, from the model's card."""
    from dbt_retention.registry.store import Registry
    from dbt_retention.training.churn import train_churn

    shutil.rmtree(scratch / "trained", ignore_errors=True)
    registry = Registry(scratch / "trained")
    settings = {"training_policy": "always", "churn_candidates": CANDIDATES}
    train_churn(rows, settings=settings, registry=registry)
    card = registry.champion_card("churn")
    assert card is not None
    assert card.churn is not None
    return {
        "ece": card.test_metrics["expected_calibration_error"].value,
        "auc": card.test_metrics["auc"].value,
        "brier": card.test_metrics["brier"].value,
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
    columns = [
        "seed",
        "years",
        "amplitude",
        "growth",
        "grows",
        "test date",
        "customers",
        "churned",
        "uses season",
    ]
    print(table_row([*columns, "ECE auto", "ECE none", "AUC auto", "AUC none"]), flush=True)
    print(table_row(["---"] * (len(columns) + 4)))
    with Clock() as clock, work_folder("season") as scratch:
        for shop in SHOPS[: options.shops]:
            orders = orders_of(shop, new_customers_per_year=options.customers)
            for month in months:
                test_day = first_test_day(shop) + month * MONTH_DAYS
                start = test_day - round(shop.years * YEAR)
                rows = training_set(orders, start=start, end=test_day + HORIZON_DAYS, scratch=scratch)
                test = rows.filter(pa.compute.equal(rows["split"], "test"))
                one = {
                    "test_date": str(test["as_of_date"][0].as_py()),
                    "calendar_month": test["as_of_date"][0].as_py().month,
                    "customers": len(test),
                    "churned": pa.compute.mean(test["is_churned"].cast(pa.float64())).as_py(),
                    "auto": measured(rows, scratch),
                    "none": measured(rows.drop_columns(["season_index", "season_note"]), scratch),
                }
                found.append(asdict(shop) | {"month": month} | one)
                print(
                    table_row(
                        [
                            *(str(value) for value in (*asdict(shop).values(), one["test_date"])),
                            str(one["customers"]),
                            f"{one['churned']:.3f}",
                            str(one["auto"]["uses_season"]),
                            *(f"{one[how][name]:.3f}" for name in ("ece", "auc") for how in ("auto", "none")),
                        ]
                    ),
                    flush=True,
                )
    by_month = {
        month: {
            how: round(float(np.mean([one[how]["ece"] for one in found if one["month"] == month])), 4)
            for how in ("auto", "none")
        }
        for month in months
    }
    print("\nmean over the shops of each test month: ECE with auto, with none")
    for month, means in by_month.items():
        print(table_row([str(month + 1), f"{means['auto']:.4f}", f"{means['none']:.4f}"]))
    auc_gain = float(np.mean([one["auto"]["auc"] - one["none"]["auc"] for one in found]))
    worst = max(means["auto"] for means in by_month.values())
    report(
        "season",
        quick=options.quick or options.shops < len(SHOPS) or options.months < MONTHS,
        ratios={"worst_month_ece": worst, "auc_gain": auc_gain},
        at_most={"worst_month_ece": MOST_ECE},
        at_least={"auc_gain": -0.002},
        shops=options.shops,
        ece_by_month=by_month,
        table=found,
        cpu_seconds=clock.cpu_seconds,
        peak_gb=peak_gb(),
    )


if __name__ == "__main__":
    main()
