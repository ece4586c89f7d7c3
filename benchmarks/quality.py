"""Quality of each candidate on real shops: past dates, backtested with only the data available at the time.

    pip install -e '.[demo,boosting]'
    python benchmarks/quality.py                        # about ten minutes on two cores
    python benchmarks/quality.py --sets cdnow_1998-01-01 --candidates logistic_regression,gradient_boosting

Each example project builds its training set with a fixed test date, as `retention evaluate` does. Each
candidate is then trained alone by the package's training: time folds, calibration, one ONNX graph. `champion`
is the package's default. Figures are of the test date, with 95 % intervals of a bootstrap over customers.
Higher is better for AUC and AP (average precision), lower for Brier and ECE (expected calibration error, ten
bins). The targets of AUC and AP are the best of these peers on the same customers and labels: recency alone,
a logistic regression of RFM, BG/NBD's P(no purchase in H), churnkit's random forest, Featuretools with
LightGBM, openretailscience's RFM score. The last line is JSON.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml
from measuring import ROOT, Clock, dbt, parser, peak_gb, report, table_row, work_folder

SETS = {
    "complete_journey_2017-12-01": ("complete_journey", "2017-12-01"),
    "complete_journey_2017-10-01": ("complete_journey", "2017-10-01"),
    "cdnow_1998-01-01": ("cdnow", "1998-01-01"),
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
}
MOST_ECE = {"complete_journey_2017-12-01": 0.02, "complete_journey_2017-10-01": 0.02}


def training_set(example: str, test_date: str, scratch: Path) -> pa.Table:
    """ml_training_set of the example project with this test date."""
    folder = ROOT / "examples" / example
    warehouse = scratch / f"{example}_{test_date}.duckdb"
    environment = {"RETENTION_DUCKDB": str(warehouse), "RETENTION_MODELS": str(scratch / "models_onnx")}
    artifacts = ["--target-path", str(scratch / "target"), "--log-path", str(scratch / "logs")]
    left_out = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    build = ["build", "--select", "+ml_training_set", *left_out, "--vars", f"{{test_date: '{test_date}'}}"]
    for words in (["deps"], [*build, *artifacts]):
        dbt(folder, *words, environment=environment)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.sql(
            "select * from ml_training_set order by as_of_date, customer_id"
        ).to_arrow_table()


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
    table = [["set", "candidate", *METRICS.values()]]
    print(table_row(table[0]))
    print(table_row(["---"] * len(table[0])))
    with Clock() as clock, work_folder("quality") as scratch:
        for name in sets:
            rows = training_set(*SETS[name], scratch)
            for candidate in (CHAMPION, *candidates):
                figures = measured(rows, SETS[name][0], candidate, scratch)
                shown = f"{CHAMPION} ({figures['model']})" if candidate == CHAMPION else candidate
                cells = [
                    "{value:.4f} ({lower:.3f} to {upper:.3f})".format(**figures[metric]) for metric in METRICS
                ]
                table.append([name, shown, *cells])
                print(table_row(table[-1]), flush=True)
                found.setdefault(name, {})[candidate] = figures
    champions = {
        f"{name} {words}": round(found[name][CHAMPION][metric]["value"], 4)
        for name in sets
        for metric, words in METRICS.items()
    }
    report(
        "quality",
        ratios=champions,
        at_least={
            f"{name} {metric}": peer
            for name in sets
            for metric, peer in zip(("AUC", "AP"), PEERS[name], strict=True)
        },
        at_most={f"{name} ECE": most for name, most in MOST_ECE.items() if name in sets},
        cpu_seconds=clock.cpu_seconds,
        peak_gb=peak_gb(),
        quick=sets != list(SETS) or candidates != list(CANDIDATES),
        table=table,
    )


if __name__ == "__main__":
    main()
