"""The table of mutants counts by module what the tests noticed."""

from __future__ import annotations

from mutants import states_of, table_of

PRINTED = """
    dbt_retention.one.x_first__mutmut_1: killed
    dbt_retention.one.x_first__mutmut_2: survived
    dbt_retention.two.x_second__mutmut_1: timeout
    dbt_retention.two.x_third__mutmut_1: no tests
    dbt_retention.two.x_third__mutmut_2: not checked
""".splitlines()


def test_a_change_is_noticed_where_a_test_fails_or_does_not_end() -> None:
    lines, share = table_of(states_of(PRINTED))
    assert [line.split() for line in lines] == [
        ["dbt_retention.one", "1", "of", "2", "50.0%"],
        ["dbt_retention.two", "1", "of", "3", "33.3%"],
        ["all", "2", "of", "5", "40.0%"],
    ]
    assert share == 2 / 5


def test_without_a_change_nothing_was_noticed() -> None:
    assert table_of({})[1] == 0
