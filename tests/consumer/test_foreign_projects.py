"""Other projects install the package in different ways, and choose their own names."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT, Shop, foreign_shop, seed_orders

pytestmark = pytest.mark.whole_shop

TO_FEATURES = ("--select", "+ml_features")
CUSTOMERS = "select count(*) from ml_features where split = 'score'"


@pytest.fixture(scope="module")
def by_git(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Orders only, the package from a git repository: a full build with every test of the package."""
    repository = tmp_path_factory.mktemp("repository")
    for name in ("dbt_project", "seeds"):
        ignored = shutil.ignore_patterns("target", "logs", "dbt_packages")
        shutil.copytree(ROOT / name, repository / name, symlinks=True, ignore=ignored)
    author = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.com")
    for words in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "."),
        ("commit", "--quiet", "-m", "All"),
    ):
        subprocess.run(["git", *author, *words], cwd=repository, check=True)
    shop = foreign_shop(
        tmp_path_factory.mktemp("git") / "shop",
        models={"my_orders": seed_orders()},
        variables={"input_orders": "my_orders"},
        package={"git": f"file://{repository}", "subdirectory": "dbt_project", "revision": "main"},
    )
    shop.build(tests=True)
    return shop


def test_orders_alone_are_enough_for_warnings(by_git: Shop) -> None:
    [(customers, scored, warned)] = by_git.query(
        "select count(*), count(churn_probability), count(reason_1) from mart_early_warning"
    )
    assert customers == scored > 100
    assert warned > 50


def test_a_git_install_builds_although_the_link_to_the_seeds_dangles(by_git: Shop) -> None:
    link = by_git.folder / "dbt_packages" / "retention" / "seeds"
    assert link.is_symlink()
    assert not link.exists()
    assert by_git.query("select count(*) from stg_retention__sessions") == [(0,)], "an unset input is empty"
    assert not by_git.tables(like="example_%")


def test_a_local_install_loads_no_example_seed(tmp_path: Path) -> None:
    shop = foreign_shop(
        tmp_path / "shop", models={"my_orders": seed_orders()}, variables={"input_orders": "my_orders"}
    )
    listed = shop.dbt("ls", "--quiet", "--resource-type", "seed")
    assert "example_" not in listed.stdout
    shop.build("--select", "stg_retention__sessions", "+stg_retention__rejected_rows")
    assert shop.query("select count(*) from stg_retention__sessions") == [(0,)]


def test_orders_may_be_a_source_of_another_schema_and_name(tmp_path: Path) -> None:
    shop = foreign_shop(
        tmp_path / "shop",
        models={},
        variables={"input_orders": "raw.orders"},
        sources=[
            {"name": "raw", "schema": "landing", "tables": [{"name": "orders", "identifier": "T_ORDERS_2"}]}
        ],
    )
    shop.warehouse.parent.mkdir()
    with duckdb.connect(str(shop.warehouse)) as connection:
        connection.execute("create schema landing")
        connection.execute(f'create table landing."T_ORDERS_2" as {seed_orders()}')
    shop.build(*TO_FEATURES)
    [(customers,)] = shop.query(CUSTOMERS)
    assert customers > 100


def test_the_package_may_have_a_schema_of_its_own(tmp_path: Path) -> None:
    shop = foreign_shop(
        tmp_path / "shop",
        models={"my_orders": seed_orders()},
        variables={"input_orders": "my_orders"},
        config={"+schema": "retention"},
    )
    shop.build(*TO_FEATURES)
    assert shop.query("select count(*) > 1000 from main_retention.ml_features") == [(True,)]
    assert shop.query("select table_name from information_schema.tables where table_schema = 'main'") == [
        ("my_orders",)
    ]


def test_a_shop_s_own_stg_orders_and_orders_are_not_replaced(tmp_path: Path) -> None:
    shop = foreign_shop(
        tmp_path / "shop",
        models={
            "stg_orders": f"select *, 'theirs' as whose from ({seed_orders()}) as orders",
            "orders": "select * from {{ ref('stg_orders') }}",
        },
        variables={"input_orders": "orders"},
    )
    shop.build(*TO_FEATURES)
    assert shop.query("select distinct whose from stg_orders") == [("theirs",)]
    [(customers,)] = shop.query(CUSTOMERS)
    assert customers > 100
