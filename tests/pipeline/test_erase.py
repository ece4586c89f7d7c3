"""An erased person leaves no byte and does not come back."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass, replace

import duckdb
import pytest
from conftest import Shop


@dataclass
class Erasure:
    """A shop after one customer was erased."""

    shop: Shop
    customer: str
    email: str
    phone: str
    theirs: set[str]
    rows_before: dict[str, int]
    printed: str


@pytest.fixture(scope="module")
def erasure(built_shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Erasure:
    """A copy of the built shop, with the files around it, after one of its best customers was erased."""
    folder = tmp_path_factory.mktemp("erase") / "shop"
    shutil.copytree(built_shop.folder, folder)
    warehouse = folder / "warehouse/retention.duckdb"
    shop = replace(built_shop, folder=folder, warehouse=warehouse, models=folder / "models_onnx")
    [(customer, email, phone)] = shop.query(
        """
        select customer_id, email, phone
        from stg_retention__customers as customers
        where has_ads_consent and email is not null and phone is not null
            and customer_id in (select customer_id from mart_early_warning where reason_1 is not null)
            and customer_id in (select customer_id from stg_retention__service_tickets)
            and customer_id in (select customer_id from stg_retention__campaign_contacts)
        order by (select count(*) from stg_retention__sessions as visits
            where visits.customer_id = customers.customer_id) desc, customer_id limit 1
        """
    )
    theirs = {customer, email, phone}
    for table, key in (
        ("orders", "order"),
        ("sessions", "session"),
        ("service_tickets", "ticket"),
        ("returns", "return"),
    ):
        ids = shop.query(f"select {key}_id from stg_retention__{table} where customer_id = '{customer}'")
        theirs |= {value for (value,) in ids}
    write_exports(shop, customer, email)
    before = rows_of_others(shop, customer)
    bytes_before = shop.warehouse.read_bytes()
    erasing = (
        "retention",
        "erase",
        "--customer",
        customer,
        "--project",
        str(shop.project),
        "--also",
        "exports",
    )
    tried = shop.run(*erasing, "--dry-run")
    assert tried.returncode == 0, tried.stderr
    assert shop.warehouse.read_bytes() == bytes_before
    done = shop.run(*erasing, "--yes")
    assert done.returncode == 0, done.stderr
    assert tried.stdout.splitlines()[:-1] == done.stdout.splitlines()[:-1], "the dry run lists the same"
    return Erasure(shop, customer, email, phone, theirs, before, done.stdout)


def write_exports(shop: Shop, customer: str, email: str) -> None:
    """Write the files around a warehouse: a log, a published copy, exports of three kinds."""
    exports = shop.folder / "exports"
    exports.mkdir()
    with duckdb.connect(str(shop.warehouse), read_only=True) as connection:
        for name in ("warnings.csv", "warnings.parquet"):
            connection.execute(f"copy mart_early_warning to '{exports / name}'")
    (exports / "letter.txt").write_text(f"Dear {email.upper()}, you are {customer}.")
    with (shop.folder / "logs/dbt.log").open("a") as log:
        log.write(f"Database Error: '{customer}' is no date\n")
    with duckdb.connect(str(shop.warehouse.with_name("serve.duckdb"))) as connection:
        connection.execute(f"attach '{shop.warehouse}' as built (read_only)")
        connection.execute("create table mart_early_warning as from built.mart_early_warning")


def rows_of_others(shop: Shop, customer: str) -> dict[str, int]:
    """Number of rows of all other customers in each table with a customer_id."""
    tables = shop.query(
        "select table_name from information_schema.columns inner join information_schema.tables "
        "using (table_schema, table_name) where column_name = 'customer_id' and table_type = 'BASE TABLE'"
    )
    return {
        name: shop.query(f"select count(*) from {name} where customer_id is distinct from '{customer}'")[0][0]
        for (name,) in tables
    }


def tables_with(shop: Shop, values: set[str]) -> list[str]:
    """Tables outside the shop's seeds that contain one of the values."""
    tables = shop.query("select table_name from duckdb_tables() where schema_name = 'main'")
    pattern = "|".join(re.escape(value.lower()) for value in sorted(values))
    return [
        name
        for (name,) in tables
        if not name.startswith("example_")
        and shop.query(
            f"select 1 from {name} as one where regexp_matches(lower(one::varchar), '{pattern}') limit 1"
        )
    ]


def test_no_byte_of_the_person_is_left(erasure: Erasure) -> None:
    assert len(erasure.theirs) > 50
    files = [path for path in erasure.shop.folder.rglob("*") if path.is_file()]
    assert len(files) > 100
    for path in files:
        content = path.read_bytes().lower()
        found = [value for value in erasure.theirs if value.lower().encode() in content]
        assert not found, (path, found)


def test_removed_rows_are_printed_by_table(erasure: Erasure) -> None:
    lines = dict(line.rsplit(": ", 1) for line in erasure.printed.splitlines() if line.endswith(" rows"))
    assert lines["main.stg_retention__customers"] == lines["main.mart_early_warning"] == "1 rows"
    assert lines[f"{erasure.shop.warehouse.with_name('serve.duckdb')} main.mart_early_warning"] == "1 rows"
    assert lines[str(erasure.shop.folder / "exports/warnings.csv")] == "1 rows"
    assert lines[str(erasure.shop.folder / "exports/warnings.parquet")] == "1 rows"
    assert int(lines["main.stg_retention__checked_order_lines"].split()[0]) > 10
    assert erasure.customer not in erasure.printed


def test_no_other_customer_loses_a_row(erasure: Erasure) -> None:
    assert rows_of_others(erasure.shop, erasure.customer) == erasure.rows_before
    exported = erasure.shop.query(f"select count(*) from '{erasure.shop.folder}/exports/warnings.csv'")
    assert exported == [(erasure.rows_before["mart_early_warning"],)]


@pytest.mark.whole_shop
def test_the_next_build_excludes_the_person(erasure: Erasure) -> None:
    """The seeds still contain the person, as a shop's source does until the shop deletes it there."""
    shop = erasure.shop
    shop.build(
        "--select",
        "+int_retention__purchase_lines",
        "+staging",
        "+mart_early_warning,scores",
        "--full-refresh",
    )
    assert shop.query(f"select count(*) from example_orders where customer_id = '{erasure.customer}'") != [
        (0,)
    ]
    assert tables_with(shop, erasure.theirs) == []
    assert tables_with(shop, {"c00002"}), "the other customers are still there"
    [(salt, customer_hash)] = shop.query("select salt, customer_hash from stg_retention__erased_customers")
    assert customer_hash == hashlib.sha256((salt + erasure.customer).encode()).hexdigest()
    again = shop.run(
        "retention", "erase", "--yes", "--customer", erasure.customer, "--project", str(shop.project)
    )
    assert again.returncode == 0, "rows that the shop's own tables brought back are removed again"
    assert shop.query(f"select count(*) from example_orders where customer_id = '{erasure.customer}'") == [
        (0,)
    ]
    assert shop.query("select count(*) from stg_retention__erased_customers") == [(1,)]


def test_a_warehouse_in_use_is_not_changed_and_raises_a_clear_error(built_shop: Shop) -> None:
    bytes_before = built_shop.warehouse.read_bytes()
    erase = ("retention", "erase", "--yes", "--project", str(built_shop.project), "--customer-id")
    with duckdb.connect(str(built_shop.warehouse), read_only=True):
        locked = built_shop.run(*erase, "C0000001")
    assert (locked.returncode, "is in use by process" in locked.stderr) == (1, True), locked.stderr
    unknown = built_shop.run(*erase, "C000000")
    assert unknown.returncode == 1
    assert "customer 'C000000' is in no table" in unknown.stderr
    nothing = built_shop.run(*erase, "C0000001", "--also", "no-such-folder")
    assert "--also is no-such-folder, which does not exist" in nothing.stderr
    assert built_shop.warehouse.read_bytes() == bytes_before
