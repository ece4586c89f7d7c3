"""Quality of each candidate on real shops: past dates, backtested with only the data available at the time.

    pip install -e '.[demo,boosting]'
    python benchmarks/quality.py                        # about fifteen minutes on two cores
    python benchmarks/quality.py --sets cdnow_1998-01-01 --candidates logistic_regression,gradient_boosting

Each example project builds its training set with a fixed test date, as `retention evaluate` does. Each
candidate is then trained alone by the package's training: time folds, calibration, one ONNX graph. `champion`
is the package's default. Figures are of the test date, with 95 % intervals of a bootstrap over customers.
Higher is better for AUC and AP (average precision), lower for Brier and ECE (expected calibration error, ten
bins). The targets of AUC and AP are the best of these peers on the same customers and labels: recency alone,
a logistic regression of RFM, BG/NBD's P(no purchase in H), churnkit's random forest, Featuretools with
LightGBM, openretailscience's RFM score. On Ta-Feng they are a logistic regression of log recency, orders,
orders in 28 days, tenure and spend.

The second table is the next basket of Ta-Feng: the last basket of each customer with at least three is held
out, and `int_retention__recommendations` lists ten usual items. The peers are the customer's own counts
filled up with popular items, on the same customers, and TIFU-kNN as published (Hu et al. 2020, on a subset).

The third table is the expected value within the horizon on the test date, by the method that the package
chose: bias is expected over actual spend less 1, of all customers and by the number of their orders; MAE and
RMSE are divided by those of the naive rate. Coverage is that of the 80 % interval of the next order.
The last line is JSON.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from runpy import run_path
from typing import Any

import duckdb
import pyarrow as pa
import yaml
from measuring import ROOT, Clock, dbt, parser, peak_gb, report, table_row, work_folder

SETS = {
    "complete_journey_2017-12-01": ("complete_journey", "2017-12-01"),
    "complete_journey_2017-10-01": ("complete_journey", "2017-10-01"),
    "cdnow_1998-01-01": ("cdnow", "1998-01-01"),
    "ta_feng_2001-02-01": ("ta_feng", "2001-02-01"),
}
METRICS = {
    "auc": "AUC",
    "average_precision": "AP",
    "brier": "Brier",
    "expected_calibration_error": "ECE",
}
CHAMPION = "champion"
PEERS = {  # AUC and AP of the best peer
    "complete_journey_2017-12-01": (0.866, 0.478),
    "complete_journey_2017-10-01": (0.864, 0.496),
    "cdnow_1998-01-01": (0.803, 0.910),
    "ta_feng_2001-02-01": (0.7507, 0.6870),
}
MOST_ECE = {
    "complete_journey_2017-12-01": 0.02,
    "complete_journey_2017-10-01": 0.02,
    "ta_feng_2001-02-01": 0.02,
}
# The method that was chosen, of all customers (decile 0) and by number of orders.
VALUE = """
    select
        chosen.orders_band, chosen.method, chosen.customers_count,
        chosen.bias_avg / nullif(chosen.actual_value_avg, 0),
        chosen.absolute_error_avg / nullif(naive.absolute_error_avg, 0),
        chosen.root_mean_squared_error / nullif(naive.root_mean_squared_error, 0)
    from mart_value_quality as chosen
    inner join mart_value_quality as naive
        on naive.method = 'naive' and naive.orders_band = chosen.orders_band
        and naive.decile is not distinct from chosen.decile
    where chosen.is_chosen and (chosen.decile = 0 or chosen.decile is null)
    order by chosen.orders_band = 'all' desc, chosen.orders_band
"""
COVERAGE = "select coverage_share from mart_next_order_quality order by as_of_date limit 1"
NEXT_BASKET = {"recall at 10": 0.1301, "NDCG at 10": 0.1011}  # TIFU-kNN, as published
# Own counts, then popular items: the ten first of each customer whose last basket is held out.
OWN_COUNTS = """
    with buyers as (select distinct customer_id from shop_transactions where is_held_out),
    counts as (
        select customer_id, product_id, count(distinct order_id) as orders_count
        from shop_transactions where not is_held_out group by all
    ),
    popular as (
        select product_id, count(*) as buyers_count from counts group by all
    ),
    filled as (
        select customer_id, product_id, orders_count from counts
        union all
        select buyers.customer_id, most.product_id, 0 from buyers
        cross join (select * from popular order by buyers_count desc, product_id limit 60) as most
    ),
    items as (
        select customer_id, product_id, max(orders_count) as orders_count from filled group by all
    )
    select items.customer_id, items.product_id as item, row_number() over (
        partition by items.customer_id
        order by items.orders_count desc, popular.buyers_count desc, items.product_id
    ) as list_rank
    from items inner join popular using (product_id) inner join buyers using (customer_id)
"""
USUAL_ITEMS = """
    select customer_id, item, list_rank from int_retention__recommendations
    where purpose = 'today' and list_name = 'usual'
"""
RECALL_AND_NDCG = """
    with ranked as ({lists}),
    held_out as (select distinct customer_id, product_id as item from shop_transactions where is_held_out),
    baskets as (select customer_id, count(*) as items_count from held_out group by all),
    hits as (
        select customer_id, count(*) as hits_count, sum(1 / log2(list_rank + 1)) as gain
        from ranked inner join held_out using (customer_id, item) where list_rank <= 10 group by all
    ),
    ideal as (
        select range + 1 as items_count, sum(1 / log2(range + 2)) over (order by range) as gain from range(10)
    )
    select
        sum(coalesce(hits_count, 0) / baskets.items_count) / count(*),
        sum(coalesce(hits.gain, 0) / ideal.gain) / count(*),
        count(*)
    from baskets
    inner join ideal on ideal.items_count = least(baskets.items_count, 10)
    left join hits using (customer_id)
"""


def built(example: str, models: str, name: str, scratch: Path, **given: Any) -> Path:
    """The warehouse, called `name`, of the example project with `models` and all that they read.

    given: vars of the build.
    """
    folder = ROOT / "examples" / example
    warehouse = scratch / f"{name}.duckdb"
    environment = {"RETENTION_DUCKDB": str(warehouse), "RETENTION_MODELS": str(scratch / "models_onnx")}
    if example == "ta_feng":
        done = run_path(str(folder / "download.py"))["download"](scratch)
        environment["TA_FENG_CSV"] = str(done)
    artifacts = ["--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs")]
    left_out = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    build = [
        "build",
        "--select",
        *(f"+{model}" for model in models.split()),
        *left_out,
        "--vars",
        json.dumps(given),
    ]
    for words in (["deps"], [*build, *artifacts]):
        dbt(folder, *words, environment=environment)
    return warehouse


def next_basket(scratch: Path) -> dict[str, dict[str, float]]:
    """Recall and NDCG of ten items for the last baskets of Ta-Feng: by the package, and by own counts."""
    warehouse = built(
        "ta_feng",
        "int_retention__recommendations",
        "next_basket",
        scratch,
        hold_out_last_baskets=True,
        as_of_date="2001-03-01",
        recommendation_active_days=120,
    )
    found = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for method, lists in (("recommendation", USUAL_ITEMS), ("own counts", OWN_COUNTS)):
            [(recall, ndcg, customers)] = connection.sql(RECALL_AND_NDCG.format(lists=lists)).fetchall()
            found[method] = {"recall at 10": recall, "NDCG at 10": ndcg, "customers": customers}
    return found


def training_set(warehouse: Path) -> pa.Table:
    """ml_training_set of a warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.sql(
            "select * from ml_training_set order by as_of_date, customer_id"
        ).to_arrow_table()


def value_of(warehouse: Path) -> dict[str, Any]:
    """The chosen method of expected value, its errors on the test date, and the coverage of intervals."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        [(_, method, _, bias, absolute, squared), *bands] = connection.sql(VALUE).fetchall()
        coverage = connection.sql(COVERAGE).fetchall()
    return {
        "method": method,
        "bias": bias,
        "MAE to naive": absolute,
        "RMSE to naive": squared,
        "bias by orders": {f"{band} ({customers:,})": share for band, _, customers, share, *_ in bands},
        "coverage": coverage[0][0] if coverage else None,
    }


def settings(example: str, candidates: list[str]) -> dict[str, Any]:
    """The vars of the example; others have the package's defaults."""
    from dbt_retention.training.settings import ChurnSettings

    text = (ROOT / "examples" / example / "dbt_project.yml").read_text(encoding="utf-8")
    given = yaml.safe_load(text)["vars"]["retention"]
    wanted = [field.name for field in fields(ChurnSettings)]
    chosen = {name: given[name] for name in (*wanted, "advanced") if name in given}
    return chosen | {"training_policy": "always"} | ({"churn_candidates": candidates} if candidates else {})


def measured(rows: pa.Table, example: str, candidate: str, scratch: Path) -> dict[str, Any]:
    """Train one candidate; the card's metrics of the test date."""
    from dbt_retention.registry.store import Registry
    from dbt_retention.training.churn import train_churn

    registry = Registry(scratch / "models_onnx")
    names = [] if candidate == CHAMPION else [candidate]
    train_churn(rows, settings=settings(example, names), registry=registry)
    card = registry.champion_card("churn")
    assert card is not None
    figures: dict[str, Any] = {name: card.test_metrics[name].model_dump() for name in METRICS}
    return figures | {"model": next(one.candidate for one in card.candidates if one.champion)}


def main() -> None:
    from dbt_retention.training.candidates import CANDIDATES

    arguments = parser(__doc__, quick="CDNOW's champion and logistic regression")
    arguments.add_argument("--sets", default=",".join(SETS), help=f"of {', '.join(SETS)}")
    arguments.add_argument("--candidates", default=",".join(CANDIDATES), help=f"of {', '.join(CANDIDATES)}")
    options = arguments.parse_args()
    sets, candidates = options.sets.split(","), options.candidates.split(",")
    if options.quick:
        sets, candidates = ["cdnow_1998-01-01"], ["logistic_regression"]
    if unknown := [name for name in sets if name not in SETS]:
        raise SystemExit(f"--sets: unknown {', '.join(unknown)}; allowed are {', '.join(SETS)}")
    if unknown := [name for name in candidates if name not in CANDIDATES]:
        raise SystemExit(f"--candidates: unknown {', '.join(unknown)}; allowed are {', '.join(CANDIDATES)}")

    found: dict[str, dict[str, Any]] = {}
    values: dict[str, dict[str, Any]] = {}
    table = [["set", "candidate", *METRICS.values()]]
    print(table_row(table[0]))
    print(table_row(["---"] * len(table[0])))
    with Clock() as clock, work_folder("quality") as scratch:
        for name in sets:
            example, test_date = SETS[name]
            targets = "ml_training_set mart_value_quality mart_next_order_quality"
            warehouse = built(example, targets, name, scratch, test_date=test_date)
            rows, values[name] = training_set(warehouse), value_of(warehouse)
            for candidate in (CHAMPION, *candidates):
                figures = measured(rows, SETS[name][0], candidate, scratch)
                shown = f"{CHAMPION} ({figures['model']})" if candidate == CHAMPION else candidate
                cells = [
                    "{value:.4f} ({lower:.3f} to {upper:.3f})".format(**figures[metric]) for metric in METRICS
                ]
                table.append([name, shown, *cells])
                print(table_row(table[-1]), flush=True)
                found.setdefault(name, {})[candidate] = figures
        baskets = next_basket(scratch) if "ta_feng_2001-02-01" in sets else {}
        for method, figures in baskets.items():
            cells = [f"{figures[metric]:.4f}" for metric in NEXT_BASKET]
            print(table_row(["ta_feng next basket", method, *cells, f"{figures['customers']:,} customers"]))
    print(
        table_row(
            ["set", "method of value", "bias", "MAE to naive", "RMSE to naive", "by orders", "coverage"]
        )
    )
    for name, one in values.items():
        by_orders = ", ".join(f"{band} {share:+.3f}" for band, share in one["bias by orders"].items())
        cells = [
            f"{one['bias']:+.3f}",
            f"{one['MAE to naive']:.3f}",
            f"{one['RMSE to naive']:.3f}",
            by_orders,
        ]
        covered = "none" if one["coverage"] is None else f"{one['coverage']:.3f}"
        print(table_row([name, one["method"], *cells, covered]), flush=True)
    champions = {
        f"{name} {words}": round(found[name][CHAMPION][metric]["value"], 4)
        for name in sets
        for metric, words in METRICS.items()
    }
    recommended = (
        {f"ta_feng {metric}": round(baskets["recommendation"][metric], 4) for metric in NEXT_BASKET}
        if baskets
        else {}
    )
    report(
        "quality",
        ratios=champions
        | recommended
        | {f"{name} value MAE to naive": round(one["MAE to naive"], 4) for name, one in values.items()},
        at_least={
            f"ta_feng {metric}": max(published, round(baskets["own counts"][metric], 4))
            for metric, published in NEXT_BASKET.items()
            if baskets
        }
        | {
            f"{name} {metric}": peer
            for name in sets
            for metric, peer in zip(("AUC", "AP"), PEERS[name], strict=True)
        },
        at_most={f"{name} ECE": most for name, most in MOST_ECE.items() if name in sets}
        | {f"{name} value MAE to naive": 1.0 for name in values},
        values=values,
        cpu_seconds=clock.cpu_seconds,
        peak_gb=peak_gb(),
        quick=sets != list(SETS) or candidates != list(CANDIDATES),
        table=table,
    )


if __name__ == "__main__":
    main()
