"""The lint for Spark finds SQL of one engine only."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from portability import banned_in, not_spark


@pytest.mark.parametrize(
    "source",
    [
        "select list(item) from t",
        "select a::integer from t",
        "select {{ dbt.datediff('a', 'b', 'day') }} from t",
        "select array_agg(item order by item) from t",
        "select a,\nfrom t",
        "select cast(a as varchar) from t",
        "{% if target.type == 'spark' %} select 1 {% endif %}",
    ],
)
def test_sql_of_one_engine_only_is_found(source: str) -> None:
    assert list(banned_in(source))


def test_comments_and_portable_sql_pass() -> None:
    assert not list(banned_in("-- not list(item)\nselect array_agg(item), max_by(a, b) from t {# a::b #}"))


def test_sql_that_spark_cannot_parse_is_found() -> None:
    nodes = [
        {
            "name": "good",
            "compiled_code": "select a from t qualify row_number() over (order by a) = 1",
            "original_file_path": "models/good.sql",
        },
        {"name": "bad", "compiled_code": "select a, (b from t", "original_file_path": "models/all.yml"},
    ]
    assert [problem.split(":")[0] for problem in not_spark(nodes)] == ["dbt_project/models/all.yml, bad"]
