"""Finds the shop's tables, guesses which columns are those of the input contract, and maps them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dbt_retention.dbt_runner import Project
from dbt_retention.errors import RetentionError
from dbt_retention.input_contract import Input, inputs
from dbt_retention.quoting import quoted_name, quoted_text
from dbt_retention.warehouse import target_of

READERS = {".csv": "read_csv", ".parquet": "read_parquet"}
FOLDERS = ("", "data", "raw")  # where files may be, besides seeds
OURS = re.compile(r"^(mart|ml|feat|dim|int_retention_|stg_retention_|retention)_|^published_at$")
PREFIXES = re.compile(r"^(raw|src|stg|my|shop|example|tbl)_+")
TABLE_NAMES = {
    "orders": "orders order sales sale transactions invoices purchases",
    "order_lines": "orderlines orderitems orderdetails lineitems lines transactionlines",
    "customers": "customers customer clients users members accounts",
    "products": "products product items articles skus",
    "sessions": "sessions session visits",
    "reviews": "reviews review ratings surveys",
    "service_tickets": "servicetickets tickets complaints cases",
    "campaigns": "campaigns campaign",
    "campaign_contacts": "campaigncontacts contacts",
    "coupon_redemptions": "couponredemptions redemptions",
    "returns": "returns refunds",
}
COLUMN_NAMES = {
    "order_id": "ordernumber orderno invoice invoiceno invoiceid transactionid basketid receiptid",
    "customer_id": "clientid userid memberid custid customer customerno customernumber householdkey",
    "ordered_at": "orderdate createdat orderedon date invoicedate purchasedat transactiondate timestamp",
    "order_status": "status state",
    "order_amount": "total amount ordertotal totalprice totalamount revenue grandtotal",
    "discount_amount": "discount discounttotal",
    "product_id": "sku itemid articleid articleno stockcode product",
    "product_name": "name title description",
    "net_amount": "amount total linetotal salesvalue price",
    "quantity": "qty units pieces",
    "category": "productcategory department",
    "unit_cost": "cost costprice",
    "stock_on_hand": "stock inventory",
    "signed_up_at": "createdat registeredat joinedat signupdate",
    "email": "emailaddress mail",
    "phone": "phonenumber telephone mobile",
}
TOLERATED_SHARE = 0.01  # the default of max_rejected_share: the build rejects these rows and goes on
ID_COLUMNS = {"orders": "order_id", "customers": "customer_id", "products": "product_id"}


@dataclass(frozen=True)
class Table:
    """A table of the shop. ref: how a model names it; relation: how DuckDB reads it now."""

    name: str
    columns: tuple[str, ...]
    ref: str
    relation: str
    place: str


@dataclass(frozen=True)
class InputMapping:
    """An input, the table it comes from, and the table's column for each column of the contract."""

    input: str
    table: Table
    columns: dict[str, str]
    contract: Input

    @property
    def missing(self) -> list[str]:
        return [column for column in self.contract.required if column not in self.columns]

    def sql(self) -> str:
        """The mapping model. A required column that was not found is null, with a comment to fill it in."""
        lines = []
        for column in self.contract.columns:
            if column in self.columns:
                source = self.columns[column]
                name = source if re.fullmatch(r"[a-z_][a-z0-9_]*", source) else quoted_name(source)
                lines.append(f"    {name}," if name == column else f"    {name} as {column},")
            elif column in self.missing:
                lines.append(
                    f"    cast(null as varchar) as {column},  -- required: a column of {self.table.place}"
                )
        others = [column for column in self.contract.optional if column not in self.columns]
        if others:
            lines.append(f"    -- no column found for: {', '.join(others)}")
        # The last column has no comma; a comment may follow it.
        last = max(number for number, line in enumerate(lines) if not line.lstrip().startswith("--"))
        lines[last] = (
            lines[last].replace(",  --", "  --") if ",  --" in lines[last] else lines[last].rstrip(",")
        )
        head = (
            f"-- {self.input} of the shop, from {self.table.place}. Columns: docs/inputs.md of dbt-retention"
        )
        return "\n".join([head, "select", *lines, f"from {self.table.ref}", ""])


def tables_of(project: Project, settings: Mapping[str, object]) -> list[Table]:
    """Seeds, CSV and Parquet files, and the tables of the warehouse, in this order."""
    seed_paths = settings.get("seed-paths") or ["seeds"]
    folders = [
        project.folder / str(path) for path in (seed_paths if isinstance(seed_paths, list) else [seed_paths])
    ]
    found: dict[str, Table] = {}
    with duckdb.connect() as connection:
        for folder in folders:
            for path in sorted(folder.rglob("*.csv")):
                table = _file(connection, project, path, ref=f"{{{{ ref('{path.stem}') }}}}")
                found.setdefault(path.stem, table)
        for name in FOLDERS:
            for path in sorted((project.folder / name).glob("*")):
                if path.suffix in READERS and path.is_file():
                    found.setdefault(path.stem, _file(connection, project, path))
    for table in _warehouse_tables(project):
        found.setdefault(table.name, table)
    return list(found.values())


def _file(
    connection: duckdb.DuckDBPyConnection, project: Project, path: Path, *, ref: str | None = None
) -> Table:
    reader = READERS[path.suffix]
    relation = f"{reader}({quoted_text(str(path))})"
    try:
        columns = connection.execute(f"describe from {relation}").fetchall()
    except duckdb.Error as error:
        raise RetentionError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    from_here = Path(os.path.relpath(path, project.working_folder)).as_posix()
    place = path.relative_to(project.folder).as_posix()
    return Table(
        path.stem,
        tuple(row[0] for row in columns),
        ref or f"{reader}({quoted_text(from_here)})",
        relation,
        place,
    )


def _warehouse_tables(project: Project) -> Iterator[Table]:
    """Tables of the profile's DuckDB file that are neither the package's nor made by a model."""
    try:
        target = target_of(project)
    except RetentionError:  # no profile yet, or not DuckDB: files only
        return
    if not target.path.is_file():
        return
    made = {
        path.stem
        for folder in ("models", "seeds", "snapshots")
        for path in (project.folder / folder).rglob("*")
    }
    with duckdb.connect(str(target.path), read_only=True) as connection:
        rows = connection.execute(
            "select table_schema, table_name, list(column_name order by ordinal_position) "
            "from information_schema.columns where table_catalog = current_database() "
            "group by all order by all"
        ).fetchall()
    for schema, name, columns in rows:
        if not OURS.search(name) and not schema.startswith("retention_") and name not in made:
            relation = f"{quoted_name(schema)}.{quoted_name(name)}"
            yield Table(
                name, tuple(columns), f"{{{{ source('{schema}', '{name}') }}}}", relation, f"{schema}.{name}"
            )


def mappings(tables: Iterable[Table]) -> list[InputMapping]:
    """The best table for each input, orders first.

    A table is an input's by its name. Orders may also be the only table with all required columns of orders.
    """
    tables = list(tables)
    found = []
    for name, contract in inputs().items():
        named = [
            table
            for table in tables
            if _plain(PREFIXES.sub("", table.name.lower())) in TABLE_NAMES[name].split()
        ]
        candidates = [InputMapping(name, table, _columns(name, contract, table), contract) for table in named]
        if name == "orders" and not candidates:
            guessed = [
                InputMapping(name, table, _columns(name, contract, table), contract) for table in tables
            ]
            candidates = [each for each in guessed if not each.missing]
            candidates = candidates if len(candidates) == 1 else []
        candidates.sort(key=lambda each: (len(each.missing), -len(each.columns)))
        found += [each for each in candidates[:1] if name == "orders" or not each.missing]
    return found


def _columns(name: str, contract: Input, table: Table) -> dict[str, str]:
    """The table's column for each column of the contract; no column of the table is used twice."""
    free = {_plain(column): column for column in table.columns}
    found = {}
    for column in contract.columns:
        if _plain(column) in free:
            found[column] = free.pop(_plain(column))
    for column in contract.columns:
        others = COLUMN_NAMES.get(column, "").split()
        if ID_COLUMNS.get(name) == column:
            others = [*others, "id"]
        known = next((other for other in others if other in free), None)
        if column not in found and known is not None:
            found[column] = free.pop(known)
    return {column: found[column] for column in contract.columns if column in found}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def problems_of(mapping: InputMapping, *, warehouse: Path | None) -> tuple[str, list[str]]:
    """A sentence about the rows of a mapping, and what is wrong with them."""
    problems = [
        f"{mapping.input}: no column of {mapping.table.place} looks like {column}"
        for column in mapping.missing
    ]
    counts = ["count(*)"]
    for column in mapping.contract.required:
        if column in mapping.columns:
            source = quoted_name(mapping.columns[column])
            kind = "timestamp" if mapping.contract.types.get(column) == "timestamp" else "varchar"
            counts += [
                f"count(*) - count(nullif(trim(cast({source} as varchar)), ''))",
                f"count({source}) - count(try_cast({source} as {kind}))",
                f"cast(any_value({source}) filter (where try_cast({source} as {kind}) is null) as varchar)",
            ]
    key = mapping.columns.get(mapping.contract.required[0])
    counts.append(f"count({quoted_name(key)}) - count(distinct {quoted_name(key)})" if key else "0")
    with duckdb.connect(
        str(warehouse) if warehouse else ":memory:", read_only=warehouse is not None
    ) as connection:
        [row] = connection.execute(f"select {', '.join(counts)} from {mapping.table.relation}").fetchall()
    rows, repeated = row[0], row[-1]
    faults = []
    known = [column for column in mapping.contract.required if column in mapping.columns]
    for number, column in enumerate(known):
        empty, unreadable, example = row[1 + 3 * number : 4 + 3 * number]
        faults.append((empty, f"{column} is empty"))
        faults.append((unreadable, f"{column} is no timestamp, such as '{example}',"))
    if mapping.input in ID_COLUMNS:
        faults.append((repeated, f"{mapping.contract.required[0]} is a duplicate"))
    sentence = f"{mapping.input}: {rows:,} rows of {mapping.table.place}"
    for count, fault in faults:
        text = f"{fault} in {count:,} of {rows:,} rows"
        if count > rows * TOLERATED_SHARE:
            problems.append(f"{mapping.input}: {text}")
        elif count:
            sentence += f"; {text}, which a build rejects"
    if rows == 0:
        problems.append(f"{mapping.input}: {mapping.table.place} has no rows")
    return sentence, problems
