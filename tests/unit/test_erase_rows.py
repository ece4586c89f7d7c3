"""Erasure finds a person's rows and no other rows, in small warehouses."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import duckdb
import pytest
from dbt_retention.commands.erasure import erase, files, print_removals, tables
from dbt_retention.commands.erasure.person import LEFT, without_words
from dbt_retention.errors import RetentionError
from rich.console import Console
from small_warehouse import PROFILES, project_of, rows


def test_numeric_ids_match_no_other_number(tmp_path: Path) -> None:
    """Customer 17 is not order 17, product 17, customer 170 or 17 days."""
    project = project_of(
        tmp_path,
        """
        create table orders as from (values (1, 17, 17), (17, 170, 4), (3, 17, 5))
            as t (order_id, customer_id, product_id);
        create table lines as from (values (1, 17), (17, 17), (3, 9)) as t (order_id, product_id);
        create table reasons as from (values (170, 'No order for 17 days')) as t (customer_id, reason);
        """,
    )
    removals = erase(project, "17")
    assert [(removal.place, removal.count) for removal in removals] == [("main.lines", 2), ("main.orders", 2)]
    assert rows(tmp_path, "from orders") == [(17, 170, 4)]
    assert rows(tmp_path, "from lines") == [(17, 17)]
    assert rows(tmp_path, "from reasons") == [(170, "No order for 17 days")]


def test_another_customer_s_row_loses_the_name_and_is_kept(tmp_path: Path) -> None:
    """A friend's row contains the person's name; both share a phone number."""
    project = project_of(
        tmp_path,
        """
        create schema raw;
        create table raw.people as from (values
            ('C001', 'ann@shop.example', '030 5550123', null),
            ('C0012', 'bob@shop.example', '030 5550123', 'C001')
        ) as t (customer_id, email, phone, friend_of);
        create table letters as from (values ('To Ann@shop.example, C001'), ('To C0012')) as t (letter);
        create table known (customer_id varchar primary key, age integer check (age > 0));
        insert into known values ('C001', 30), ('C0012', 40);
        create view friends as select * from "shop"."raw"."people" where friend_of is not null;
        """,
    )
    erase(project, "C001")
    assert rows(tmp_path, "from raw.people") == [("C0012", "bob@shop.example", "030 5550123", "erased")]
    assert rows(tmp_path, "from letters") == [("To erased, erased",), ("To C0012",)]
    assert rows(tmp_path, "from known") == [("C0012", 40)]
    assert rows(tmp_path, "select customer_id from friends") == [("C0012",)]
    with (
        duckdb.connect(str(tmp_path / "shop.duckdb")) as connection,
        pytest.raises(duckdb.ConstraintException),
    ):
        connection.execute("insert into known values ('C0012', 41)")


def test_a_shop_s_own_tables_may_use_other_column_names(tmp_path: Path) -> None:
    """Raw receipts have a household and raw lines a basket: other names for the person's orders."""
    project = project_of(
        tmp_path,
        """
        create table receipts as from (values (800000001, 17), (800000002, 18)) as t (basket, household_id);
        create table lines as from (values (800000001, 1), (800000002, 800000001)) as t (basket_id, quantity);
        create table orders as from (values (800000001, 17), (800000002, 18)) as t (order_id, customer_id);
        create table tickets as from (values (100234, 17)) as t (ticket_id, customer_id);
        create table products as from (values (100234, 'No. 100234')) as t (product_id, product_name);
        create table uploads as from (values (sha256('a'), 'x'), (sha256('b'), 'y')) as t (em, list);
        create table audiences as select 17 as customer_id, sha256('a') as google_email;
        """,
    )
    erase(project, "17", id_columns=["household_id"])
    assert rows(tmp_path, "from receipts") == [(800000002, 18)]
    assert rows(tmp_path, "from lines") == [(800000002, 800000001)]
    assert rows(tmp_path, "from products") == [(100234, "No. 100234")], (
        "what has the number of a ticket stays"
    )
    assert rows(tmp_path, "select list from uploads") == [("y",)]


def test_texts_and_files_of_the_project_are_cleaned(tmp_path: Path) -> None:
    project = project_of(tmp_path, "create table t as select 'C001' as customer_id, 'V-77' as session_id")
    (tmp_path / "my_logs").mkdir()
    (tmp_path / "my_logs/dbt.log").write_text("failed at 'C001'; not at C0012")
    (tmp_path / "visits.csv").write_text('session,note\r\nV-77,"one\ntwo"\r\nV-78,"after V-77"\r\n')
    (tmp_path / "list.xls").write_bytes(b"\xff\xfeC001")
    removals = erase(project, "C001", also=[tmp_path / "visits.csv", tmp_path / "list.xls"])
    assert (tmp_path / "my_logs/dbt.log").read_text() == "failed at 'erased'; not at C0012"
    assert (tmp_path / "visits.csv").read_bytes() == b'session,note\r\nV-78,"after erased"\r\n'
    assert [removal.place for removal in removals if removal.unit == LEFT] == [str(tmp_path / "list.xls")]


def test_exports_of_any_format_lose_the_person_s_rows(tmp_path: Path) -> None:
    """A short id, a byte order mark, an upper-case file extension, a text with Unicode line breaks."""
    project = project_of(tmp_path, "create table t as select unnest([17, 170]) as customer_id")
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "scores.csv").write_bytes(b"\xef\xbb\xbfcustomer_id,days\r\n17,3\r\n170,17\r\n")
    (exports / "REVIEWS.TSV").write_text(
        "review\tcustomer_id\tsaid\nR1\t17\tnice\u2028but slow\nR2\t170\tgood\n"
    )
    removals = erase(project, "17", also=[exports])
    assert (exports / "scores.csv").read_bytes() == b"\xef\xbb\xbfcustomer_id,days\r\n170,17\r\n"
    assert (exports / "REVIEWS.TSV").read_text() == "review\tcustomer_id\tsaid\nR2\t170\tgood\n"
    assert sum(removal.count for removal in removals if removal.unit == "rows") == 3


def test_files_that_cannot_be_cleaned_are_named(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        """
        create table people as from (values ('C001', ['C0012']), ('C0012', ['C001', 'C003']))
            as t (customer_id, friends);
        create table web as select {'id': 'C001', 'page': 'a'} as visit;
        """,
    )
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "scores.csv.gz").write_bytes(gzip.compress(b"customer_id\nC001\n"))
    (exports / "wide.txt").write_bytes("C001".encode("utf-16-le"))
    (exports / "notes.txt").write_text("no name")
    removals = erase(project, "C001", also=[exports])
    assert [removal.place for removal in removals if removal.unit == LEFT] == [
        str(exports / "scores.csv.gz"),
        str(exports / "wide.txt"),
        "main.people.friends",
        "main.web.visit",
    ]
    assert rows(tmp_path, "select customer_id from people") == [("C0012",)]
    with pytest.raises(RetentionError, match=r"cannot be cleaned.*main\.web\.visit"):
        print_removals(removals, console=Console(quiet=True))


def test_tables_with_foreign_keys_are_written_after_their_parents(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        """
        create table zones (zone integer primary key);
        create table orders (order_id integer, customer_id varchar, zone integer references zones);
        insert into zones values (1), (2);
        insert into orders values (1, 'C001', 1), (2, 'C0012', 2);
        """,
    )
    erase(project, "C001")
    assert rows(tmp_path, "from orders") == [(2, "C0012", 2)]


def test_a_blocking_constraint_is_named(tmp_path: Path) -> None:
    """Ann referred Bob, and a constraint requires that the referrer exists."""
    project = project_of(
        tmp_path,
        """
        create table people (customer_id varchar primary key);
        create table visits (customer_id varchar, brought_by varchar references people);
        insert into people values ('C001'), ('C0012');
        insert into visits values ('C0012', 'C001');
        """,
    )
    before = (tmp_path / "shop.duckdb").read_bytes()
    with pytest.raises(RetentionError, match=r"main\.visits violates a constraint: .*foreign key"):
        erase(project, "C001")
    assert (tmp_path / "shop.duckdb").read_bytes() == before


def test_every_database_of_the_folder_is_cleaned_and_another_target_on_request(tmp_path: Path) -> None:
    project = project_of(tmp_path, "create table t as select unnest(['C001', 'C002']) as customer_id")
    (tmp_path / "prod").mkdir()
    (tmp_path / "profiles.yml").write_text(
        PROFILES + "    prod: {type: duckdb, path: prod/shop.db, schema: main}\n"
    )
    for copy in ("serve.db", "prod/shop.db"):
        shutil.copy(tmp_path / "shop.duckdb", tmp_path / copy)

    def customers(path: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(tmp_path / path), read_only=True) as connection:
            return connection.sql("select customer_id from t order by all").fetchall()

    erase(project, "C001")
    assert customers("serve.db") == customers("shop.duckdb") == [("C002",)]
    assert customers("prod/shop.db") == [("C001",), ("C002",)]
    erase(project, "C001", target_name="prod")
    assert customers("prod/shop.db") == [("C002",)]


def test_an_interrupted_erasure_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = project_of(tmp_path, "create table t as select 'C001' as customer_id")
    before = (tmp_path / "shop.duckdb").read_bytes()

    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tables, "leave_tombstone", broken_off)
    with pytest.raises(KeyboardInterrupt):
        erase(project, "C001")
    assert (tmp_path / "shop.duckdb").read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob("shop*")) == ["shop.duckdb"]


def test_a_full_disk_and_an_unreadable_file_raise_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_of(tmp_path, "create table t as select 'C001' as customer_id")
    before = (tmp_path / "shop.duckdb").read_bytes()
    (tmp_path / "of_somebody_else").touch()
    real = files._head

    def forbidden(path: Path) -> bytes:
        if path.name == "of_somebody_else":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    def full(*_: object) -> None:
        raise duckdb.IOException("IO Error: No space left on device")

    monkeypatch.setattr(files, "_head", forbidden)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(tables, "leave_tombstone", full)
        with pytest.raises(RetentionError, match=r"was not changed: .* cannot be written.*No space left"):
            erase(project, "C001")
    assert (tmp_path / "shop.duckdb").read_bytes() == before
    removals = erase(project, "C001")
    assert [removal.place for removal in removals if removal.unit == LEFT] == [
        str(tmp_path / "of_somebody_else")
    ]


def test_a_person_is_erased_once_and_an_unknown_customer_is_refused(tmp_path: Path) -> None:
    project = project_of(tmp_path, "create table t as select unnest(['C001', 'C002']) as customer_id")
    with pytest.raises(RetentionError, match="customer 'C00' is in no table"):
        erase(project, "C00")
    for _ in range(2):
        erase(project, "C001")
    erase(project, "C002")
    tombstones = rows(
        tmp_path, "select customer_hash = sha256(salt || 'C001') from retention_erased.tombstones"
    )
    assert sorted(tombstones) == [(False,), (True,)]
    assert rows(tmp_path, "select count(distinct salt) from retention_erased.tombstones") == [(1,)]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("C12, c12; C123 and XC12", "erased, erased; C123 and XC12"),
        ("write to Ann.Lee@Shop.example.", "write to erased."),
        ("joann.lee@shop.example C12-7 (C12)", "joann.lee@shop.example erased-7 (erased)"),
        ("call (358) 555 0138 or +1-358-555-0138", "call erased or erased"),
        ("客户C12已离开", "客户erased已离开"),
    ],
)
def test_only_whole_words_match(text: str, cleaned: str) -> None:
    theirs = frozenset({"c12", "ann.lee@shop.example", "(358) 555 0138", "+1-358-555-0138"})
    assert without_words(text, theirs) == cleaned


def test_a_dry_run_tells_what_an_erasure_does_and_changes_nothing(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        """
        create table orders as from (values ('O1', 'C000001'), ('O2', 'C000002'))
            as t (order_id, customer_id);
        create table notes as select 'asked by C000001' as note;
        """,
    )
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "list.csv").write_text("customer_id\nC000001\nC000002\n")
    (exports / "note.txt").write_text("C000001 called")
    (exports / "cache.msgpack").write_text("C000001")
    duckdb.sql(f"copy (select 'C000001' as customer_id) to '{exports}/list.parquet'")
    shutil.copy(tmp_path / "shop.duckdb", tmp_path / "copy.duckdb")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    would_remove = erase(project, "C000001", also=[exports], dry_run=True)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert erase(project, "C000001", also=[exports]) == would_remove
    assert len(would_remove) >= 8
    changed = {
        path.name for path, content in before.items() if not path.exists() or path.read_bytes() != content
    }
    assert changed == {
        *("shop.duckdb", "copy.duckdb", "list.csv", "note.txt", "cache.msgpack", "list.parquet"),
    }
