"""Telephone numbers in the form that platforms match, by the SQL function."""

from __future__ import annotations

import duckdb
import pytest
from dbt_retention.duckdb_plugin import register


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    register(opened, models_path=tmp_path_factory.mktemp("models"))
    return opened


@pytest.mark.parametrize(
    ("written", "region", "expected"),
    [
        ("06 1234 5678", "IT", "+390612345678"),
        ("44 7700 900123", "GB", "+447700900123"),
        ("(+44) 7700 900123", "GB", "+447700900123"),
        ("(+44) 7700 900123", None, "+447700900123"),
        ("07700 900123", "GB", "+447700900123"),
        ("800-555-0101 x23", "US", "+18005550101"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", "US", "+442079460018"),
        ("0044 20 7946 0018", None, "+442079460018"),
        ("0044 20 7946 0018", "US", "+442079460018"),
        ("+49 30 12345678", "IT", "+493012345678"),
    ],
)
def test_a_valid_number_is_in_e164(
    connection: duckdb.DuckDBPyConnection, written: str, region: str | None, expected: str
) -> None:
    assert connection.execute("select phone_e164($1, $2::varchar)", [written, region]).fetchone() == (
        expected,
    )


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("06 1234 5678", None),  # of which country?
        ("12", "GB"),
        ("0", "GB"),
        ("000-000-0000", "US"),
        ("999 999 9999", "US"),
        ("07700 90012", "GB"),
        ("07700 9001234", "GB"),
        ("unknown", "US"),
        ("ann@example.com", "GB"),
        ("", "GB"),
        (None, "GB"),
    ],
)
def test_an_invalid_number_is_null(
    connection: duckdb.DuckDBPyConnection, written: str | None, region: str | None
) -> None:
    assert connection.execute(
        "select phone_e164($1::varchar, $2::varchar)", [written, region]
    ).fetchone() == (None,)


def test_an_unknown_country_is_named(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match=r"default_region is 'UK' \(the United Kingdom is GB\); expected"):
        connection.execute("select phone_e164('07700 900123', 'UK')")


def test_many_numbers_keep_their_order(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select n, phone_e164('020 7946 ' || lpad(n::varchar, 4, '0'), 'GB') "
        "from range(3000) as numbers(n) order by n"
    ).fetchall()
    assert rows == [(n, f"+44207946{n:04}") for n in range(3000)]
