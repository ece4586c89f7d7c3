"""A young grocery shop: four months of receipts, two training dates."""

from __future__ import annotations

import runpy
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Shop
from sklearn.metrics import average_precision_score, roc_auc_score

pytestmark = pytest.mark.whole_shop

EXAMPLE = ROOT / "examples" / "ta_feng"


@pytest.fixture(scope="module")
def receipts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    download = runpy.run_path(str(EXAMPLE / "download.py"))["download"]
    path: Path = download(tmp_path_factory.mktemp("ta_feng"))
    return path


def shop_in(folder: Path, receipts: Path) -> Shop:
    shop = Shop(
        folder=EXAMPLE,
        warehouse=folder / "ta_feng.duckdb",
        models=folder / "models_onnx",
        project=EXAMPLE,
        environment={"TA_FENG_CSV": str(receipts)},
    )
    assert shop.run("dbt", "deps").returncode == 0
    return shop


def test_a_past_date_reaches_the_promised_auc(tmp_path: Path, receipts: Path) -> None:
    """A logistic regression of five features has .7507 and .6870."""
    shop = shop_in(tmp_path, receipts)
    out = tmp_path / "scores.parquet"
    done = shop.run("retention", "evaluate", "--project", ".", "--as-of", "2001-02-01", "--out", str(out))
    assert done.returncode == 0, done.stderr
    rows = duckdb.sql(f"select customer_id, label, score from '{out}'").fetchall()
    assert len({customer for customer, *_ in rows}) == len(rows) == 22_237
    labels, scores = [row[1] for row in rows], [row[2] for row in rows]
    assert sum(labels) / len(labels) == pytest.approx(0.4847, abs=5e-5)
    assert roc_auc_score(labels, scores) >= 0.753
    assert average_precision_score(labels, scores) >= 0.695
    assert abs(sum(scores) / len(scores) - 0.4847) < 0.02


def test_held_out_baskets_are_not_known_to_the_shop(tmp_path: Path, receipts: Path) -> None:
    shop = shop_in(tmp_path, receipts)
    shop.build("--select", "+int_retention__recommendation_trials", hold_out_last_baskets=True)
    [(held_out, known, buyers)] = shop.query(
        "select count(distinct order_id), count(distinct order_id) filter (where order_id in "
        "(select order_id from int_retention__baskets)), count(distinct customer_id) "
        "from shop_transactions where is_held_out"
    )
    assert (held_out, known, buyers) == (14_074, 0, 14_074)
    chosen = dict(
        shop.query("select purpose, prior_weight from int_retention__recommendation_trials where is_chosen")
    )
    assert chosen["today"] == 10, "a young shop is served best by popular items"
