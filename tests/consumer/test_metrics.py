"""metricflow answers with the package's metrics on DuckDB, and its figures are those of SQL."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Shop

PER_SEGMENT = ("customers_at_risk", "value_at_risk", "expected_churn_rate", "action_coverage")


def asked(shop: Shop, folder: Path, *words: str) -> list[dict[str, str]]:
    """Rows of `mf query` on a shop that is built; mf runs in a project's folder with the artifacts of dbt."""
    project = folder / "project"
    project.mkdir()
    shutil.copy(ROOT / "dbt_project" / "dbt_project.yml", project)
    shutil.copy(ROOT / "profiles.yml", project)
    shutil.copytree(
        shop.folder / "target", project / "target", ignore=shutil.ignore_patterns("run", "compiled")
    )
    done = Shop(project, shop.warehouse, shop.models, project).run(
        "mf", "query", *words, "--csv", str(folder / "answer.csv")
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with (folder / "answer.csv").open() as file:
        return list(csv.DictReader(file))


def test_metrics_by_segment_equal_sql(built_shop: Shop, tmp_path: Path) -> None:
    rows = asked(
        built_shop, tmp_path, "--metrics", ",".join(PER_SEGMENT), "--group-by", "customer__segment_name"
    )
    found = {row["customer__segment_name"]: tuple(float(row[name]) for name in PER_SEGMENT) for row in rows}
    expected: dict[str, tuple[Any, ...]] = {
        segment: tuple(values)
        for segment, *values in built_shop.query(
            "select segment_name, count(*) filter (risk_tier <> 'low'), "
            "sum(value_at_risk) filter (risk_tier <> 'low'), avg(churn_probability), "
            "count(*) filter (risk_tier <> 'low' and recommended_action <> 'none') "
            "/ count(*) filter (risk_tier <> 'low') "
            "from mart_early_warning inner join mart_customer_segments using (customer_id) group by all"
        )
    }
    assert found.keys() == expected.keys()
    for segment, values in expected.items():
        assert found[segment] == pytest.approx(values, rel=1e-4), segment


def test_retention_rate_and_incremental_profit_equal_sql(built_shop: Shop, tmp_path: Path) -> None:
    [row] = asked(built_shop, tmp_path, "--metrics", "retention_rate,incremental_profit")
    [(rate,)] = built_shop.query(
        "select sum(active_customers_count) / sum(cohort_customers_count) from mart_retention_monthly "
        "where is_whole_month and months_since_first > 0 and active_customers_count is not null"
    )
    [(profit,)] = built_shop.query(
        "select sum(incremental_profit_amount) from mart_campaign_effects where segment = 'all' and is_causal"
    )
    assert float(row["retention_rate"]) == pytest.approx(rate, rel=1e-4)
    assert float(row["incremental_profit"]) == pytest.approx(profit, rel=1e-4)


def test_every_mart_is_public_and_has_a_contract() -> None:
    """Others may ref a mart; its columns change with notice only."""
    files = [
        path
        for room in ("marts", "monitoring")
        for path in (ROOT / "dbt_project" / "models" / room).rglob("*.yml")
        if path.stem.startswith(("mart_", "dim_"))
    ]
    assert len(files) > 35
    for path in files:
        text = path.read_text()
        assert "contract: {enforced: true}" in text, path.name
        assert "access: public" in text, path.name
