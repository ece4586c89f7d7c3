"""Erasure finds a person in nested values, spellings and published copies, or names what is in doubt."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from dbt_retention.commands.erasure import erase, print_removals
from dbt_retention.commands.erasure.person import LEFT, SOURCE, Removal
from dbt_retention.commands.written_files import Written, note_written
from dbt_retention.errors import RetentionError
from fault_table import Record, tried
from rich.console import Console
from small_warehouse import project_of, rows

QUOTED = """O'Brien "C" 001"""


def left(removals: list[Removal]) -> list[str]:
    return [removal.place for removal in removals if removal.unit == LEFT]


NESTED = {
    "list": ["varchar[]", "[$id, 'x']"],
    "list of lists": ["varchar[][]", "[['x'], [$id]]"],
    "struct": ["struct(friend varchar)", "{'friend': $id}"],
    "list of structs": ["struct(friend varchar)[]", "[{'friend': $id}]"],
    "key of a map": ["map(varchar, integer)", "map {$id: 1}"],
    "value of a map": ["map(varchar, varchar)", "map {'friend': $id}"],
    "map of lists": ["map(varchar, varchar[])", "map {'friends': [$id]}"],
    "struct in a map in a list": [
        "map(varchar, struct(a varchar[]))[]",
        "[map {'k': {'a': ['x', $id]}}]",
    ],
}


@pytest.mark.parametrize(
    ("case", "customer"),
    [
        *((case, QUOTED) for case in NESTED),
        ("list", "C001"),
        ("list", "back\\slash 'x'"),
        ("list", "12345678901"),
    ],
)
def test_an_id_in_a_nested_value_is_found(
    case: str, customer: str, tmp_path: Path, record_property: Record
) -> None:
    kind, value = NESTED[case]
    sql_id = "'" + customer.replace("'", "''") + "'"
    project = project_of(
        tmp_path,
        f"""
        create table people (customer_id varchar, note {kind});
        insert into people values ({sql_id}, null), ('C0012', {value.replace("$id", sql_id)});
        """,
    )
    removals = erase(project, customer)
    tried(
        record_property,
        f"erase: {customer} in a {case}",
        expected="main.people.note",
        got=str(left(removals)),
    )
    assert left(removals) == ["main.people.note"]
    with pytest.raises(RetentionError, match=r"cannot be cleaned.*main\.people\.note"):
        print_removals(removals, console=Console(quiet=True))


def test_numbers_in_a_list_are_compared_as_texts(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        "create table t as from (values (123456789, [1]), (2, [123456789, 3]), (3, [1])) "
        "as t (customer_id, near)",
    )
    assert left(erase(project, "123456789")) == ["main.t.near"]


def test_json_loses_the_person_at_any_depth(tmp_path: Path, record_property: Record) -> None:
    project = project_of(
        tmp_path,
        """
        create table people (customer_id varchar, note json);
        insert into people values ('O''Brien "C" 001', null),
            ('C0012', json_object('friends', ['O''Brien "C" 001', 'C3'], 'O''Brien "C" 001', 17));
        """,
    )
    assert left(erase(project, QUOTED)) == []
    [(note,)] = rows(tmp_path, "select note from people")
    tried(record_property, "erase: id with quotes in JSON", expected="erased", got=str(note))
    assert note == '{"friends": ["erased", "C3"], "erased": 17}'


PHONE = "+442079460123"
SPELLINGS = [
    "+442079460123",
    "0044 20 7946 0123",
    "00442079460123",
    "020 7946 0123",
    "(020) 7946-0123",
    "020-7946-0123",
    "+44 (0)20 7946 0123",
    "44 20 7946 0123",
    "20 79 46 01 23",
    "020.7946.0123",
    "020 7946 0123",
    "020–7946–0123",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_phone_number_in_any_spelling_is_removed(
    spelling: str, tmp_path: Path, record_property: Record
) -> None:
    project = project_of(
        tmp_path,
        f"""
        create table people as from (values ('C001', '{PHONE}'), ('C0012', '+4930123456789'))
            as t (customer_id, phone);
        create table notes as from (values ('N1', 'call {spelling}, at 5'), ('N2', 'order 4420794601239'))
            as t (note_id, note);
        """,
    )
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/dbt.log").write_text(f"called {spelling}\n")
    removals = erase(project, "C001")
    found = rows(tmp_path, "from notes order by all")
    tried(record_property, f"erase: phone as {spelling}", expected="call erased, at 5", got=str(found[0][1]))
    assert found == [("N1", "call erased, at 5"), ("N2", "order 4420794601239")]
    assert (tmp_path / "logs/dbt.log").read_text() == "called erased\n"
    assert left(removals) == []


def test_a_national_number_is_found_with_a_country_code(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        """
        create table people as from (values ('C001', '(030) 555-01234')) as t (customer_id, phone);
        create table notes as select 'N1' as note_id, 'or 0049 30 555 01234' as note;
        """,
    )
    erase(project, "C001")
    assert rows(tmp_path, "select note from notes") == [("or erased",)]


def test_rows_in_doubt_are_named_until_somebody_has_looked(tmp_path: Path, record_property: Record) -> None:
    """The last eight digits are the person's; what is before them is no known spelling."""
    project = project_of(
        tmp_path,
        f"""
        create table people as select 'C001' as customer_id, '{PHONE}' as phone;
        create table notes as from (values ('N1', 'call 9979460123'), ('N2', 'later')) as t (note_id, note);
        """,
    )
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/dbt.log").write_text("one\nref 9979460123\n")
    removals = erase(project, "C001")
    tried(record_property, "erase: digits in doubt", expected="note_id is N1", got=str(left(removals)))
    assert left(removals) == [f"{tmp_path}/logs/dbt.log line 2", "main.notes.note where note_id is N1"]
    with pytest.raises(RetentionError, match="note_id is N1"):
        print_removals(removals, console=Console(quiet=True))


def test_seeds_and_source_files_that_name_the_person_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], record_property: Record
) -> None:
    project = project_of(tmp_path, "create table t as select unnest(['17', 'C0012']) as customer_id")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/orders.csv").write_text("order_id,customer_id\n1,17\n2,18\n")
    (tmp_path / "seeds").symlink_to("elsewhere")
    (tmp_path / "seeds/products.csv").write_text("product_id,days\n17,17\n")
    duckdb.sql("select 17 as customer_id").write_parquet(str(tmp_path / "raw.parquet"))
    removals = erase(project, "17")
    listed = [removal.place for removal in removals if removal.unit == SOURCE]
    tried(record_property, "erase: seeds and sources", expected="two files", got=str(len(listed)))
    assert [os.path.relpath(path, tmp_path) for path in listed] in (
        ["elsewhere/orders.csv", "raw.parquet"],
        ["raw.parquet", "seeds/orders.csv"],
    )
    print_removals(removals, console=Console())
    assert "names the customer: a file of your own" in capsys.readouterr().out


def test_published_copies_reports_and_schemas_are_covered(tmp_path: Path, record_property: Record) -> None:
    project = project_of(tmp_path, "create table t as select unnest(['C001', 'C0012']) as customer_id")
    away = tmp_path / "away"
    folder = away / ".csv.versions" / "2"
    folder.mkdir(parents=True)
    (folder.parent / "1").mkdir()
    for version in ("1", "2"):
        (folder.parent / version / "mart.csv").write_text("customer_id\nC001\nC0012\n")
    (away / "csv").symlink_to(".csv.versions/2")
    with duckdb.connect(str(away / "serve.duckdb")) as connection:
        connection.execute("create table t as select unnest(['C001', 'C0012']) as customer_id")
    (away / "serve.duckdb").chmod(0o444)
    (away / "report.html").write_text("<td>C001</td><td>C0012</td>")
    earlier = datetime(2024, 1, 1)
    for kind, place in (("csv", away / "csv"), ("duckdb", away / "serve.duckdb"), ("postgres", "bi")):
        note_written(tmp_path / "shop.duckdb", Written(kind, str(place), earlier))
    note_written(away / "serve.duckdb", Written("report", str(away / "report.html"), earlier))
    removals = erase(project, "C001")
    tried(record_property, "erase: published copies", expected="PostgreSQL only", got=str(left(removals)))
    assert left(removals) == ["schema bi of PostgreSQL (publish again, then erase again)"]
    assert (away / "report.html").read_text() == "<td>erased</td><td>C0012</td>"
    assert {path.read_text() for path in away.rglob("mart.csv")} == {"customer_id\nC0012\n"}
    assert (away / "serve.duckdb").stat().st_mode & 0o777 == 0o444
    with duckdb.connect(str(away / "serve.duckdb"), read_only=True) as connection:
        assert connection.sql("from t").fetchall() == [("C0012",)]
    note_written(tmp_path / "shop.duckdb", Written("postgres", "bi", datetime(2999, 1, 1)))
    assert left(erase(project, "C001")) == [], "it was published without the person since"


def test_the_log_of_sent_alerts_loses_the_person(tmp_path: Path, record_property: Record) -> None:
    project = project_of(
        tmp_path,
        """
        create table people as select unnest(['C001', 'C0012']) as customer_id;
        create schema retention_alerts;
        create table retention_alerts.sent as from people select *, 'rising' as alert, 'slack' as channel;
        """,
    )
    erase(project, "C001")
    found = rows(tmp_path, "select customer_id from retention_alerts.sent")
    tried(record_property, "erase: log of alerts", expected="C0012 only", got=str(found))
    assert found == [("C0012",)]
