"""The smallest shop: orders alone, four training dates, half a year of horizon."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Shop
from sentences import assert_sentences_hold
from sklearn.metrics import roc_auc_score

EXAMPLE = ROOT / "examples" / "cdnow"


def test_orders_alone_score_a_past_morning_as_well_as_promised(tmp_path: Path) -> None:
    shop = Shop(
        folder=EXAMPLE, warehouse=tmp_path / "cdnow.duckdb", models=tmp_path / "models_onnx", project=EXAMPLE
    )
    out = tmp_path / "scores.parquet"
    done = shop.run("retention", "evaluate", "--project", ".", "--as-of", "1998-01-01", "--out", str(out))
    assert done.returncode == 0, done.stderr
    rows = duckdb.sql(f"select customer_id, label, score from '{out}'").fetchall()
    assert len({customer for customer, *_ in rows}) == len(rows) == 23_570
    labels, scores = [row[1] for row in rows], [row[2] for row in rows]
    assert sum(labels) / len(labels) == pytest.approx(0.7725, abs=5e-5)
    assert roc_auc_score(labels, scores) >= 0.795


def test_the_reasons_of_customers_with_one_order_hold_too(tmp_path: Path) -> None:
    shop = Shop(
        folder=EXAMPLE, warehouse=tmp_path / "cdnow.duckdb", models=tmp_path / "models_onnx", project=EXAMPLE
    )
    assert shop.run("dbt", "deps").returncode == 0
    shop.build("--select", "+mart_early_warning")
    assert_sentences_hold(shop)
