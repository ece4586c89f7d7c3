"""The smallest shop: orders only, four training dates, a horizon of half a year."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Shop
from sentences import assert_sentences_hold
from sklearn.metrics import roc_auc_score

pytestmark = pytest.mark.whole_shop

EXAMPLE = ROOT / "examples" / "cdnow"


def test_orders_alone_reach_the_promised_auc_on_a_past_date(tmp_path: Path) -> None:
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


def test_reasons_of_customers_with_one_order_are_true(tmp_path: Path) -> None:
    shop = Shop(
        folder=EXAMPLE, warehouse=tmp_path / "cdnow.duckdb", models=tmp_path / "models_onnx", project=EXAMPLE
    )
    assert shop.run("dbt", "deps").returncode == 0
    shop.build("--select", "+mart_early_warning")
    assert_sentences_hold(shop)


def test_the_published_sample_has_the_published_parameters(tmp_path: Path) -> None:
    """The 1/10 sample up to 1997-09-30: Fader, Hardie & Lee (2005), table 2."""
    project = tmp_path / "sample"
    left_out = shutil.ignore_patterns("target", "logs", "dbt_packages", "warehouse", "models_onnx")
    shutil.copytree(EXAMPLE, project, ignore=left_out)
    (project / "packages.yml").write_text(f"packages:\n  - local: {ROOT / 'dbt_project'}\n")
    orders = project / "models" / "shop_orders.sql"
    sql = orders.read_text()
    for whole, sample in (
        ("CDNOW_master.txt", "CDNOW_sample.txt"),
        ("fields[4]", "fields[5]"),
        ("fields[3]", "fields[4]"),
        ("fields[2]", "fields[3]"),
        ("skip = 1", "skip = 0"),
    ):
        assert whole in sql
        sql = sql.replace(whole, sample)
    orders.write_text(sql)
    shop = Shop(
        folder=project, warehouse=tmp_path / "sample.duckdb", models=tmp_path / "models_onnx", project=project
    )
    assert shop.run("dbt", "deps").returncode == 0
    shop.build("--select", "+int_retention__purchase_process", as_of_date="1997-10-01")
    [(customers,)] = shop.query("select count(distinct customer_id) from int_retention__purchases")
    [found] = shop.query(
        "select bg_nbd_r, bg_nbd_alpha, bg_nbd_a, bg_nbd_b, bg_nbd_log_likelihood "
        "from int_retention__purchase_process where as_of_date = '1997-10-01'"
    )
    assert customers == 2357
    assert [round(value, 3) for value in found[:4]] == [0.243, 4.414, 0.793, 2.426]
    assert found[0] == pytest.approx(0.2426, abs=5e-5)
    assert found[4] == pytest.approx(-9582.4, abs=0.1)
