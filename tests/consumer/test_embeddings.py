"""A shop's own vectors of products and customers become features; no date uses a later vector."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from conftest import ORDERS_OF_FEW, Shop, foreign_shop

pytestmark = pytest.mark.whole_shop

LINES = """
    select
        'O' || number as order_id,
        'P' || (number % 7) as product_id,
        1 as line_number,
        1 as quantity
    from range(1200) as numbers (number)
"""
PRODUCT_VECTORS = """
    select 'P' || number as product_id, number * 0.25 as Picture_1, -number as words_1
    from range(6) as numbers (number)
"""
CUSTOMER_VECTORS = """
    select 'C' || customer as customer_id, timestamp '2024-01-10' + to_days(cast(30 * month as integer))
        as embedded_at, cast(month as double) as taste_1
    from range(30) as customers (customer)
    cross join range(12) as months (month)
"""
FEATURES = """
    select customer_id, as_of_date, product_embedding_picture_1_avg_364d,
        product_embedding_words_1_avg_364d, customer_embedding_taste_1_last_ever
    from ml_features order by all
"""


def shop_with(folder: Path, **vectors: str) -> Shop:
    return foreign_shop(
        folder / "shop",
        models={"my_orders": ORDERS_OF_FEW, "my_order_lines": LINES, **vectors},
        variables={"input_orders": "my_orders", "input_order_lines": "my_order_lines"}
        | {f"{name.removeprefix('my_').removesuffix('_vectors')}_embeddings": name for name in vectors},
    )


def test_vectors_are_joined_as_known_on_each_date(tmp_path: Path) -> None:
    shop = shop_with(tmp_path, my_product_vectors=PRODUCT_VECTORS, my_customer_vectors=CUSTOMER_VECTORS)
    shop.build("--select", "+ml_features")
    expected = shop.query(
        """
        select
            spine.customer_id,
            spine.as_of_date,
            (
                select avg(v.Picture_1)
                from my_orders as o
                inner join my_order_lines as l on o.order_id = l.order_id
                inner join my_product_vectors as v on l.product_id = v.product_id
                where o.customer_id = spine.customer_id and o.ordered_at::date < spine.as_of_date
                    and o.ordered_at::date >= spine.as_of_date - 364
            ),
            (
                select avg(v.words_1)
                from my_orders as o
                inner join my_order_lines as l on o.order_id = l.order_id
                inner join my_product_vectors as v on l.product_id = v.product_id
                where o.customer_id = spine.customer_id and o.ordered_at::date < spine.as_of_date
                    and o.ordered_at::date >= spine.as_of_date - 364
            ),
            (
                select max_by(taste_1, embedded_at) from my_customer_vectors as v
                where v.customer_id = spine.customer_id and v.embedded_at::date < spine.as_of_date
            )
        from int_retention__spine as spine
        order by all
        """
    )
    found = shop.query(FEATURES)
    assert len({row[1] for row in found}) > 3
    assert len(found) == len(expected)
    for mine, truth in zip(found, expected, strict=True):
        assert mine[:2] == truth[:2]
        assert mine[2:] == pytest.approx(truth[2:], abs=1e-9)
    assert len({row[4] for row in found}) > 5, "earlier dates have older vectors"
    assert any(row[4] is None for row in found), "ten customers have no vector"


def test_vectors_may_be_files_of_a_source(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    duckdb.sql(PRODUCT_VECTORS).write_parquet(str(files / "products.parquet"))
    duckdb.sql(CUSTOMER_VECTORS).write_parquet(str(files / "customers.parquet"))
    shop = foreign_shop(
        tmp_path / "shop",
        models={"my_orders": ORDERS_OF_FEW, "my_order_lines": LINES},
        variables={
            "input_orders": "my_orders",
            "input_order_lines": "my_order_lines",
            "product_embeddings": "vectors.products",
            "customer_embeddings": "vectors.customers",
        },
        sources=[
            {
                "name": "vectors",
                "config": {"external_location": f"read_parquet('{files}/{{name}}.parquet')"},
                "tables": [{"name": "products"}, {"name": "customers"}],
            }
        ],
    )
    shop.build("--select", "+feat_embeddings")
    assert shop.query(
        "select count(product_embedding_picture_1_avg_364d) > 0, "
        "count(customer_embedding_taste_1_last_ever) > 0 from feat_embeddings"
    ) == [(True, True)]


@pytest.mark.parametrize(
    ("vectors", "words"),
    [
        (
            {"my_customer_vectors": "select 'C1' as customer_id, 0.5 as taste_1"},
            "(my_customer_vectors) has no column embedded_at; it has customer_id, taste_1. Needed are",
        ),
        (
            {"my_product_vectors": "select 'P1' as product_id, [0.5::double] as vector"},
            "(my_product_vectors) has the column vector of type double[]; expected numbers",
        ),
    ],
    ids=["no date", "a list"],
)
def test_invalid_vectors_are_refused(tmp_path: Path, vectors: dict[str, str], words: str) -> None:
    shop = shop_with(tmp_path, **vectors)
    done = shop.dbt(
        "build", "--select", "+stg_retention__product_embeddings", "+stg_retention__customer_embeddings"
    )
    assert done.returncode != 0
    assert words in " ".join(done.stdout.split())
    assert "docs/embeddings.md" in done.stdout
