"""Scores in SQL against pandas with scikit-learn and against plain onnxruntime: same run, rows and models.

    pip install -e .
    python benchmarks/scoring.py             # 1 M to 10 M rows x 60 features; about 5 GB of scratch space
    python benchmarks/scoring.py --quick     # 490 k rows, under a minute

Every measurement is a separate process with its own peak memory and CPU seconds. `sql` is
`create table ... as select onnx_score('churn', row)` on a DuckDB file. `pandas` reads the same file in pieces
of 1 M rows (all rows at once need five times the memory) and scores with the same fitted estimators.
`onnxruntime` runs the same graph on matrices in memory, without reading or writing, so it is the upper bound.
DuckDB and onnxruntime have one thread per core; scikit-learn has its default. A ratio is our throughput over
the peer's, of the fastest of `--repeats`. Growth is of CPU seconds, because other work on the machine affects
them less. The last line is JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from measuring import Clock, fastest, measured_by, parser, peak_gb, report, work_folder

FEATURES = [f"feature_{number}" for number in range(60)]
TRAINING_ROWS, BLOCK, PIECE = 20_000, 200_000, 1_000_000
MODELS = {"logistic": "logistic_regression", "trees": "gradient_boosting"}
WAYS = ("sql", "pandas", "onnxruntime")
TARGETS = {
    "logistic_pandas": 3.0,
    "logistic_onnxruntime": 0.25,
    "trees_pandas": 1.4,
    "trees_onnxruntime": 0.9,
}
MOST_GB, MOST_GROWTH = 2.0, 1.1  # of linear
THREADS = os.cpu_count() or 1


def block(first: int, size: int) -> np.ndarray[Any, Any]:
    """Rows `first` to `first + size`, deterministic: counts, amounts and ratios; float32."""
    random = np.random.default_rng([7, first])
    values = random.standard_normal((size, len(FEATURES)), dtype=np.float32)
    values[:, ::3] = np.floor(np.abs(values[:, ::3]) * 10)
    values[:, 1::3] = np.exp(values[:, 1::3] * 2)
    return values


def generate(path: Path, *, rows: int) -> None:
    """Write a table of `rows` customers."""
    with duckdb.connect(str(path)) as connection:
        columns = ", ".join(f"{name} float" for name in FEATURES)
        connection.execute(f"create table customers (customer_id integer, {columns})")
        for first in range(0, rows, BLOCK):
            values = block(first, min(BLOCK, rows - first))
            arrived = pa.table(
                {"customer_id": np.arange(first, first + len(values), dtype=np.int32)}
                | {name: values[:, at] for at, name in enumerate(FEATURES)}
            )
            connection.register("arrived", arrived)
            connection.execute("insert into customers select * from arrived")


def fitted(model: str) -> Any:
    """The candidate with a fixed calibration, fitted on other rows than the scored ones; deterministic."""
    from dbt_retention.registry.card import Calibration
    from dbt_retention.training.blend import ChurnBlend
    from dbt_retention.training.candidates import CANDIDATES

    matrix = block(2**40, TRAINING_ROWS)
    risk = matrix[:, :12].clip(-5, 5).sum(axis=1)
    churned = (np.random.default_rng(1).random(len(matrix)) < 1 / (1 + np.exp(8 - risk / 3))).astype(float)
    estimator = CANDIDATES[MODELS[model]]().fit(matrix, churned)
    return ChurnBlend(
        members={model: estimator}, calibration=Calibration(slope=0.95, intercept=0.1, rows=TRAINING_ROWS)
    )


def publish(folder: Path, model: str) -> None:
    """Publish the model as the champion of a registry in `folder`."""
    from dbt_retention.registry.card import Card
    from dbt_retention.registry.store import Registry
    from dbt_retention.training.export import export_churn

    onnx_bytes, parity = export_churn(fitted(model), block(2**40, TRAINING_ROWS))
    digest = hashlib.sha256(onnx_bytes).hexdigest()
    card = Card(
        model="churn", version=model, kind="probability", onnx_sha256=digest, features=FEATURES,
        feature_medians=[0.0] * len(FEATURES), trained_at="2024-01-01", parity=parity, libraries={},
        intended_use="A benchmark.", limits="A benchmark.",
    )  # fmt: skip
    Registry(folder).publish(card, onnx_bytes)


def prepare(folder: Path, sizes: list[int]) -> None:
    """Write models and tables, in a separate process: a child's peak memory includes its parent's."""
    for model in MODELS:
        publish(folder / model, model)
    for rows in sizes:
        generate(folder / f"{rows}.duckdb", rows=rows)


def run_sql(path: Path, models: Path, clock: Clock) -> float:
    from dbt_retention.duckdb_plugin import register

    with duckdb.connect(config={"threads": THREADS, "memory_limit": "1GB"}) as connection:
        register(connection, models_path=models)
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"attach '{path}' as shop (read_only)")
        connection.execute(f"attach '{path.with_name('scores.duckdb')}' as scored")
        with clock:
            connection.execute(
                "create or replace table scored.scores as "
                "select customer_id, onnx_score('churn', c) as score from shop.customers as c"
            )
        [(total,)] = connection.execute("select sum(score::double) from scored.scores").fetchall()
    return float(total)


def run_pandas(path: Path, model: str, clock: Clock) -> float:
    import pandas as pd

    blend = fitted(model)
    with duckdb.connect(config={"threads": THREADS}) as connection:
        connection.execute(f"attach '{path}' as shop (read_only)")
        connection.execute(f"attach '{path.with_name('scores.duckdb')}' as scored")
        connection.execute("create or replace table scored.scores (customer_id integer, score float)")
        [(rows,)] = connection.execute("select count(*) from shop.customers").fetchall()
        total = 0.0
        with clock:
            for first in range(0, rows, PIECE):
                frame = connection.execute(
                    "select * from shop.customers "
                    f"where customer_id >= {first} and customer_id < {first + PIECE}"
                ).df()
                scores = blend.predict(frame[FEATURES].to_numpy(dtype=np.float32)).astype(np.float32)
                result = pd.DataFrame({"customer_id": frame["customer_id"], "score": scores})
                connection.register("result", result)
                connection.execute("insert into scored.scores select * from result")
                total += float(scores.sum(dtype=np.float64))
    return total


def run_onnxruntime(models: Path, model: str, rows: int, clock: Clock) -> float:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    session = onnxruntime.InferenceSession(
        str(models / "churn" / model / "model.onnx"), options, providers=["CPUExecutionProvider"]
    )
    total = 0.0
    for first in range(0, rows, BLOCK):
        values = block(first, min(BLOCK, rows - first))
        with clock:
            scores = session.run(["result"], {"features": values})[0]
        total += float(scores.sum(dtype=np.float64))
    return total


def measured_alone(way: str, model: str, folder: Path, rows: int) -> dict[str, Any]:
    """Measure in this process: seconds, CPU seconds, peak memory in GB, and the sum of the scores."""
    path, models, clock = folder / f"{rows}.duckdb", folder / model, Clock()
    if way == "sql":
        import dbt_retention.duckdb_plugin  # noqa: F401  (imported before the clock starts)

        total = run_sql(path, models, clock)
    elif way == "pandas":
        total = run_pandas(path, model, clock)
    else:
        total = run_onnxruntime(models, model, rows, clock)
    return {
        "seconds": clock.seconds, "cpu_seconds": clock.cpu_seconds, "peak_gb": peak_gb(), "sum": total,
    }  # fmt: skip


def measure(way: str, model: str, folder: Path, *, rows: int, repeats: int) -> dict[str, Any]:
    """The fastest of the runs, each in a separate process."""
    best = fastest([measured_by(__file__, way, model, str(folder), str(rows)) for _ in range(repeats)])
    print(
        f"{model:<10}{way:<12}{rows:>12,}{best['seconds']:>9.2f} s{rows / best['seconds'] / 1e6:>8.2f} M/s"
        f"{best['cpu_seconds']:>9.1f} s{best['peak_gb']:>8.2f} GB",
        flush=True,
    )
    return best


def main() -> None:
    arguments = parser(__doc__, quick="490 k rows, under a minute")
    arguments.add_argument("--repeats", type=int, help="default 2, with --quick 1")
    arguments.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    arguments.add_argument("--prepare", nargs=2, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.prepare:
        prepare(Path(options.prepare[0]), [int(rows) for rows in options.prepare[1].split(",")])
        return
    if options.measure:
        way, model, folder, rows = options.measure
        print(json.dumps(measured_alone(way, model, Path(folder), int(rows))))
        return

    # DuckDB distributes whole row groups of 122,880 rows.
    sizes = [122_880, 491_520] if options.quick else [1_000_000, 2_000_000, 5_000_000, 10_000_000]
    small, large = sizes[0], sizes[-1]
    repeats = options.repeats or (1 if options.quick else 2)
    found: dict[tuple[str, str, int], dict[str, Any]] = {}
    with work_folder("scoring") as folder:
        prepared = [sys.executable, __file__, "--prepare", str(folder), ",".join(map(str, sizes))]
        subprocess.run(prepared, check=True)
        print(f"{len(FEATURES)} features, {THREADS} threads, best of {repeats}")
        print(f"{'model':<10}{'way':<12}{'rows':>12}{'seconds':>11}{'rows':>12}{'CPU':>11}{'peak':>11}")
        for model in MODELS:
            for rows in sizes[:-1]:
                found["sql", model, rows] = measure("sql", model, folder, rows=rows, repeats=repeats)
            for way in WAYS:
                found[way, model, large] = measure(way, model, folder, rows=large, repeats=repeats)

    def ratio(model: str, peer: str) -> float:
        return round(found[peer, model, large]["seconds"] / found["sql", model, large]["seconds"], 3)

    ratios = {f"{model}_{peer}": ratio(model, peer) for model in MODELS for peer in WAYS[1:]}
    pairs = [(way, model) for model in MODELS for way in WAYS]
    sql = {(model, rows): run for (way, model, rows), run in found.items() if way == "sql"}
    over_linear = {
        f"{model}_growth_over_linear": round(
            sql[model, large]["cpu_seconds"] / sql[model, small]["cpu_seconds"] / (large / small), 3
        )
        for model in MODELS
    }
    agree = all(
        abs(found[way, model, large]["sum"] / sql[model, large]["sum"] - 1) < 1e-5 for way, model in pairs
    )
    print("scores agree" if agree else "SCORES DIFFER")
    report(
        "scoring",
        ratios=ratios,
        at_least=TARGETS,
        at_most={"peak_gb": MOST_GB} | dict.fromkeys(over_linear, MOST_GROWTH),
        cpu_seconds=sum(run["cpu_seconds"] for run in sql.values()),
        peak_gb=max(run["peak_gb"] for run in sql.values()),
        quick=options.quick,
        growth={
            "unit": "customers",
            "cost": "CPU seconds",
            "series": {
                model: [[rows, round(sql[model, rows]["cpu_seconds"], 2)] for rows in sizes]
                for model in MODELS
            },
        },
        **over_linear,
        rows=large,
        scores_agree=agree,
        seconds={f"{model} {way}": round(found[way, model, large]["seconds"], 1) for way, model in pairs},
        cpu_of={f"{model} {way}": round(found[way, model, large]["cpu_seconds"], 1) for way, model in pairs},
    )
    if not agree:
        sys.exit(1)


if __name__ == "__main__":
    main()
