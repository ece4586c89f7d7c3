"""`retention init` adds a package, a profile and mapping models, and changes nothing that exists."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_retention.commands.init import init
from dbt_retention.dbt_package import dbt_package_folder
from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from rich.console import Console

ORDERS = "Order Number,client_id,created_at,Total\nA1,C1,2024-01-01,10\nA2,C2,2024-01-02,5.5\n"
PROJECT = "name: shop\nprofile: shop\n"


def project_with(folder: Path, packages: str | None) -> Project:
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "orders.csv").write_text(ORDERS)
    if packages is not None:
        (folder / "packages.yml").write_text(packages)
    return Project(folder, folder)


@pytest.mark.parametrize(
    ("before", "others"),
    [
        (None, 0),
        ("", 0),
        ("# ours\npackages: []\n", 0),
        ("packages:\n  - local: ../other\n", 1),
        ("packages:\n- git: https://example.com/one.git  # one\n- local: ../two\n", 2),
    ],
)
def test_adds_one_entry_and_keeps_the_others(tmp_path: Path, before: str | None, others: int) -> None:
    project = project_with(tmp_path, before)
    init(project, console=Console(quiet=True))
    text = (tmp_path / "packages.yml").read_text()
    packages = yaml.safe_load(text)["packages"]
    assert len(packages) == others + 1
    [entry] = [package["local"] for package in packages if str(package.get("local")).endswith("dbt_project")]
    assert (tmp_path / entry).resolve() == dbt_package_folder()
    for line in (before or "").splitlines():
        assert line in text or line == "packages: []"


@pytest.mark.parametrize(
    ("before", "says"),
    [
        ("packages:\n  - local: vendor/dbt_retention/dbt_project\n", "expected one entry"),
        ("- local: x\n", "is not a list of packages"),
        ("packages: [local\n", "is not a list of packages"),
        ("packages: [{local: ../other}]\n", "one entry per line"),
    ],
)
def test_refuses_and_writes_nothing(tmp_path: Path, before: str, says: str) -> None:
    project = project_with(tmp_path, before)
    with pytest.raises(RetentionError, match=says):
        init(project, console=Console(quiet=True))
    assert (tmp_path / "packages.yml").read_text() == before


# The other steps: profile, mapping models, vars.


def shop_with(folder: Path, files: dict[str, str], *, project: str = PROJECT) -> Project:
    (folder / "dbt_project.yml").write_text(project)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return Project.at(folder)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No profile of this machine or of this repository is found."""
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "home")


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("orders.csv", "read_csv('{}/orders.csv')"),
        ("data/raw_orders.csv", "read_csv('{}/data/raw_orders.csv')"),
        ("seeds/orders.csv", "{{{{ ref('orders') }}}}"),
        ("data/checkout.csv", "read_csv('{}/data/checkout.csv')"),
    ],
)
def test_orders_are_mapped_by_their_column_names(tmp_path: Path, place: str, source: str) -> None:
    """Also from a file of another name, if it is the only one with the three columns."""
    shop = tmp_path / "shop"
    shop.mkdir()
    init(shop_with(shop, {place: ORDERS}), console=Console(quiet=True))
    sql = (shop / "models/retention_inputs/shop_orders.sql").read_text()
    here = source.format("../shop")
    assert sql == (
        f"-- orders of the shop, from {place}. Columns: docs/inputs.md of dbt-retention\n"
        'select\n    "Order Number" as order_id,\n    client_id as customer_id,\n'
        '    created_at as ordered_at,\n    "Total" as order_amount\n'
        f"    -- no column found for: order_status, channel, discount_amount, loaded_at\nfrom {here}\n"
    )
    settings = yaml.safe_load((shop / "dbt_project.yml").read_text())
    assert settings["vars"] == {"retention": {"input_orders": "shop_orders"}}
    profile = yaml.safe_load((shop / "profiles.yml").read_text())["shop"]["outputs"]["dev"]
    assert profile["plugins"][0]["module"] == "dbt_retention.duckdb_plugin"
    assert profile["config_options"] == {"storage_compatibility_version": "v1.4.0"}


def test_every_input_that_is_found_is_mapped(tmp_path: Path) -> None:
    files = {
        "orders.csv": ORDERS,
        "order_items.csv": "order_id,sku,qty,line_total\nA1,P1,2,10\n",
        "customers.csv": "id,created_at,email\nC1,2023-01-01,a@example.com\n",
        "products.csv": "name,price\nBread,1\n",
        "notes.csv": "text\nhello\n",
    }
    init(shop_with(tmp_path, files), console=Console(quiet=True))
    written = {path.stem: path.read_text() for path in (tmp_path / "models").rglob("*.sql")}
    assert sorted(written) == ["shop_customers", "shop_order_lines", "shop_orders"], "products have no id"
    assert "    id as customer_id,\n    created_at as signed_up_at,\n    email\n" in written["shop_customers"]
    for line in ("sku as product_id", "qty as quantity", "line_total as net_amount"):
        assert line in written["shop_order_lines"]


def test_tables_of_the_warehouse_are_declared_as_sources(tmp_path: Path) -> None:
    profile = "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n"
    project = shop_with(tmp_path, {"profiles.yml": profile})
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("create schema raw; create table mart_early_warning as select 1 as customer_id")
        connection.execute(
            "create table raw.orders as select 'A' as id, 'C' as customer_id, date '2024-01-01' as order_date"
        )
    console = Console(record=True, quiet=False, file=io.StringIO())
    init(project, console=console)
    folder = tmp_path / "models" / "retention_inputs"
    assert "from {{ source('raw', 'orders') }}" in (folder / "shop_orders.sql").read_text()
    sources = yaml.safe_load((folder / "sources.yml").read_text())["sources"]
    assert sources == [{"name": "raw", "schema": "raw", "tables": [{"name": "orders"}]}]
    printed = console.export_text()
    assert "add to shop.outputs.dev: plugins: [{module: dbt_retention.duckdb_plugin" in printed
    assert "add to shop.outputs.dev: config_options: {storage_compatibility_version: v1.4.0}" in printed
    assert (tmp_path / "profiles.yml").read_text() == profile, "a profile that exists is not edited"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,total,created_at\nA,1,2024-01-01\n", "no column of orders.csv looks like customer_id"),
        (
            "id,customer_id,created_at\nA,C,31.12.2024 noon\n",
            "ordered_at is no timestamp, such as '31.12.2024 noon', in 1 of 1",
        ),
        ("id,customer_id,created_at\nA,C,2024-01-01\nA,C,2024-01-01\n", "order_id is a duplicate in 1 of 2"),
        ("id,customer_id,created_at\nA,,2024-01-01\n", "customer_id is empty in 1 of 1"),
        ("id,customer_id,created_at\n", "orders.csv has no rows"),
    ],
)
def test_what_is_wrong_with_orders_is_said(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(RetentionError) as raised:
        init(shop_with(tmp_path, {"orders.csv": text}), console=Console(quiet=True))
    assert says in str(raised.value)
    assert str(raised.value).endswith("Edit the mapping model, and run: retention doctor")
    assert (tmp_path / "models/retention_inputs/shop_orders.sql").exists()


def test_few_faults_are_left_to_the_build(tmp_path: Path) -> None:
    rows = "".join(f"A{number},C1,2024-01-01\n" for number in range(200))
    console = Console(record=True, file=io.StringIO())
    text = f"id,customer_id,created_at\n{rows}A,,2024-01-01\n"
    init(shop_with(tmp_path, {"orders.csv": text}), console=console)
    assert "customer_id is empty in 1 of 201 rows, which a build rejects" in console.export_text()


def test_a_second_init_changes_nothing(tmp_path: Path) -> None:
    project = shop_with(tmp_path, {"orders.csv": ORDERS})
    init(project, console=Console(quiet=True))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    init(Project.at(tmp_path), console=Console(quiet=True))
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_vars_that_exist_are_not_edited(tmp_path: Path) -> None:
    project = PROJECT + "# Ours.\nvars: {answer: 42}\n"
    console = Console(record=True, file=io.StringIO())
    init(shop_with(tmp_path, {"orders.csv": ORDERS}, project=project), console=console)
    assert (tmp_path / "dbt_project.yml").read_text() == project
    assert (
        "Add to dbt_project.yml:\nvars:\n  retention:\n    input_orders: shop_orders\n"
        in console.export_text()
    )


def test_a_project_without_orders_or_profile_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(
        RetentionError, match=r"no table of orders was found.*order_id, customer_id and ordered_at"
    ):
        init(shop_with(tmp_path, {}), console=Console(quiet=True))
    with pytest.raises(RetentionError, match=r"names no profile. Add: profile: shop"):
        init(shop_with(tmp_path, {}, project="name: shop\n"), console=Console(quiet=True))
