"""Personal addresses and numbers stay in staging: checked by lineage and values of every column."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import phonenumbers
import pytest
from conftest import Shop
from sqlglot import exp
from sqlglot.lineage import Node, lineage

Columns = dict[str, dict[str, str]]
STAGING = ("stg_retention__", "example_")
HASHED = ("int_retention__ad_match_keys",)


@pytest.fixture(scope="module")
def columns(built_shop: Shop) -> Columns:
    """Columns and types of every table and view of the built shop."""
    found: Columns = {}
    for table, column, kind in built_shop.query(
        "select table_name, column_name, data_type from duckdb_columns() "
        "where schema_name = 'main' and not internal"
    ):
        found.setdefault(table, {})[column] = kind
    return found


def tagged(shop: Shop) -> set[tuple[str, str]]:
    """(model, column) of every column with the tag pii in YAML."""
    manifest = json.loads((shop.folder / "target/manifest.json").read_text())
    return {
        (node["name"], name)
        for node in manifest["nodes"].values()
        for name, column in node["columns"].items()
        if "pii" in column["config"].get("tags", [])
    }


def models(shop: Shop) -> dict[str, str]:
    """Compiled SQL of every model; compiled tests and fixtures are in folders named like YAML files."""
    folder = shop.folder / "target/compiled/retention/models"
    return {
        path.stem: path.read_text()
        for path in folder.rglob("*.sql")
        if path.is_file() and ".yml" not in str(path.relative_to(folder))
    }


def origins(node: Node, *, is_hashed: bool = False) -> Iterator[tuple[str, str, bool]]:
    """The tables and columns that a column comes from, and whether it is hashed by SHA-256."""
    is_hashed = is_hashed or node.expression.find(exp.SHA2, exp.SHA) is not None
    if isinstance(node.expression, exp.Table):
        yield node.expression.name, node.name.split(".")[-1].strip('"'), is_hashed
    for below in node.downstream:
        yield from origins(below, is_hashed=is_hashed)


def leaks(name: str, sql: str, columns: Columns, personal: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Columns of a model that come from a personal one; HASHED models may use SHA-256 of it."""
    known: Any = {"retention": {"main": columns}}
    found = set()
    for column in columns[name]:
        for table, origin, is_hashed in origins(lineage(column, sql, schema=known, dialect="duckdb")):
            if (table, origin) in personal and not (is_hashed and name in HASHED):
                found.add((name, column))
    return found


def test_direct_identifiers_are_tagged(built_shop: Shop) -> None:
    assert {("stg_retention__customers", "email"), ("stg_retention__customers", "phone")} <= tagged(
        built_shop
    )
    assert all(model.startswith("stg_retention__") for model, _ in tagged(built_shop))


def test_no_column_outside_staging_comes_from_a_person_s_address(built_shop: Shop, columns: Columns) -> None:
    personal = tagged(built_shop)
    sources = {table for table, _ in personal}
    readers = {
        name: sql
        for name, sql in models(built_shop).items()
        if not name.startswith(STAGING) and any(f'"{source}"' in sql for source in sources)
    }
    assert readers.keys() >= {"int_retention__customer_history", "int_retention__known_days", *HASHED}
    for name, sql in readers.items():
        assert leaks(name, sql, columns, personal) == set()


@pytest.mark.parametrize(
    ("name", "expression", "leak"),
    [
        ("mart_early_warning", "substr(upper(email), 2)", True),
        ("mart_early_warning", "sha256(email)", True),
        ("int_retention__ad_match_keys", "phone", True),
        ("int_retention__ad_match_keys", "sha256(phone)", False),
        ("mart_early_warning", "city", False),
    ],
)
def test_the_lineage_check_finds_a_leak(
    built_shop: Shop, columns: Columns, name: str, expression: str, leak: bool
) -> None:
    sql = f"""
        with customers as (select * from "retention"."main"."stg_retention__customers"),
        named as (select customer_id, {expression} as reason_1 from customers)
        select * from named
    """
    made = columns | {name: {"reason_1": "VARCHAR"}}
    assert bool(leaks(name, sql, made, tagged(built_shop))) == leak


def test_no_personal_value_is_stored_outside_staging(built_shop: Shop, columns: Columns) -> None:
    values = {
        form
        for email, phone in built_shop.query("select lower(email), phone from example_customers")
        for form in (email, phone, re.sub(r"\D", "", phone or ""))
        if form
    }
    assert len(values) > 1000
    assert all("@" in value or "555" in value for value in values), "which makes the search below fast"
    pattern = "|".join(re.escape(value) for value in sorted(values))

    def has_one(table: str) -> bool:
        numbers = ("BIGINT", "BOOLEAN", "DATE", "DOUBLE", "INTEGER", "TIMESTAMP")
        texts = [f'"{column}"::varchar' for column, kind in columns[table].items() if kind not in numbers]
        if not texts:
            return False
        found = built_shop.query(
            f"""
            with read as (select distinct lower(unnest([{", ".join(texts)}])) as value from {table})
            select 1 from read where (contains(value, '@') or contains(value, '555'))
            and regexp_matches(value, '{pattern}') limit 1
            """
        )
        return bool(found)

    assert has_one("stg_retention__customers"), "the pattern finds them in staging"
    outside = [table for table in columns if not table.startswith(STAGING)]
    assert len(outside) > 80
    assert [table for table in outside if has_one(table)] == []


def test_audiences_contain_only_consenting_customers_with_platform_hashes(built_shop: Shop) -> None:
    rows = built_shop.query(
        "select email, phone, has_ads_consent, google_email, google_phone, meta_em, meta_ph "
        "from mart_ad_audiences left join stg_retention__customers using (customer_id)"
    )
    assert len(rows) > 100

    def sha256(text: str | None) -> str | None:
        return hashlib.sha256(text.encode()).hexdigest() if text else None

    kinds = set()
    for email, phone, has_consent, *hashed in rows:
        assert has_consent
        # Half of the example's numbers have unused area codes: no platform could match them.
        parsed = phone and phonenumbers.parse(phone, None)
        is_valid = parsed and phonenumbers.is_valid_number(parsed)
        number = "+" + re.sub(r"\D", "", phone) if is_valid else None
        kinds.add(number is None)
        address = sha256(email and email.strip().lower())
        assert hashed == [address, sha256(number), address, sha256(number and number[1:])]
    assert kinds == {True, False}


def test_figures_about_few_customers_are_hidden(built_shop: Shop) -> None:
    few = built_shop.query(
        """
        select min(least(active_customers_count, cohort_customers_count)) from mart_retention_monthly
        union all select min(least(customers_count, warned_customers_count)) from mart_inventory_warning
        union all select min(customers_count) from mart_segment_profiles
        union all select min(customers_count) from mart_product_affinity
        """
    )
    assert all(count >= 5 for (count,) in few)
    [(hidden, shown)] = built_shop.query(
        "select count(*) - count(retention_rate), count(retention_rate) from mart_retention_monthly"
    )
    assert hidden > 0
    assert shown > 50
