"""Every var refuses wrong values and takes right ones, as the table of vars says; SQL reads no other var."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import pytest
from conftest import ROOT
from dbt_retention.errors import RetentionError
from dbt_retention.training.candidates import CANDIDATES
from dbt_retention.training.settings import ChurnSettings, SegmentSettings, SentimentSettings
from dbt_retention.vars_table import Var, all_vars, checked_vars

SQL = [
    path
    for folder in ("models", "macros", "tests")
    for path in sorted((ROOT / "dbt_project" / folder).rglob("*.sql"))
]
WRONG_OF_TYPE: dict[str, list[object]] = {
    "whole": ["many", 1.5, True, [1], float("nan"), float("inf")],
    "count": ["many", 1.5, True, [1]],
    "number": ["many", True, [1], float("nan")],
    "share": ["many", True, [1], 1.5],
    "flag": ["yes", 1, 0],
    "choice": ["no such choice", 5, ["auto"], True],
    "text": [[1], {"a": 1}, False],
    "day": ["soon", "2024-13-01", "2024-1-1", 20240101],
    "time_zone": ["Mars/Olympus", 2],
    "relation": ["shop.", ".orders", "a.b.c", "", {"a": "b"}],
    "list": ["one", 5, {"one": 1}],
    "mapping": ["one", 5, ["one"]],
}


def wrong_values(kind: Mapping[str, Any]) -> Iterator[object]:
    """Values that a var of this kind must refuse."""
    if not kind.get("nullable"):
        yield None
    of_type = WRONG_OF_TYPE.get(kind["type"], [])
    other = kind.get("or", {})
    # What another kind of value allows is not wrong.
    yield from (
        value
        for value in of_type
        if not (other.get("type") == "mapping" and isinstance(value, dict))
        and not (other.get("type") == "share" and isinstance(value, float) and value < 1)
    )
    if "low" in kind:
        yield kind["low"] - 1
    if "above" in kind:
        yield kind["above"] if not other else kind["above"] - 1
    if "high" in kind and other.get("type") != "count":
        yield kind["high"] + 1
    if "below" in kind:
        yield kind["below"]
    each = kind.get("each", {})
    if kind["type"] == "list":
        yield from ([value] for value in wrong_values(each))
        if kind.get("least"):
            yield []
    if kind["type"] == "mapping":
        for name in kind.get("needs", ["name"]) if each else []:
            yield from ({name: value} for value in wrong_values(each))
        for key, held in kind.get("holds", {}).items():
            yield from ({**kind["default"], key: value} for value in wrong_values(held) if "default" in kind)
            yield {"no such key": 1}
        for key in kind.get("needs", []):
            yield {name: 1 for name in kind["needs"] if name != key}
        if kind.get("least"):
            yield {}


def right_values(kind: Mapping[str, Any]) -> Iterator[object]:
    """Values that a var of this kind must take."""
    yield kind["default"]
    yield from (kind[bound] for bound in ("low", "high") if bound in kind and kind["type"] != "share")
    yield from kind.get("choices", [])
    yield from kind.get("or", {}).get("choices", [])
    if kind.get("nullable"):
        yield None


@pytest.mark.parametrize("var", all_vars().values(), ids=list(all_vars()))
def test_a_var_refuses_what_the_table_does_not_allow(var: Var) -> None:
    tried = list(wrong_values(var.kind))
    assert tried or var.name == "advanced"
    for value in tried:
        refusal = var.refusal_of(value)
        assert refusal is not None, value
        assert f"{var.name} is '{value}'; expected {var.expected}" in refusal
        assert (ROOT / re.findall(r"See (docs/[\w-]+\.md)", refusal)[0]).exists()


@pytest.mark.parametrize("var", all_vars().values(), ids=list(all_vars()))
def test_a_var_takes_what_the_table_allows(var: Var) -> None:
    for value in right_values(var.kind):
        assert var.refusal_of(value) is None, value


def test_what_drifted_between_call_sites_has_one_bound() -> None:
    for name in ("experiment_alpha", "experiment_power", "sample_ratio_alarm"):
        assert all_vars()[name].refusal_of(0), "the quantile of 0 is null"
    assert all_vars()["sample_ratio_alarm"].refusal_of(0.9)
    assert all_vars()["spend_decline_share"].refusal_of(0.001)


def test_a_false_of_yaml_is_explained() -> None:
    refusal = all_vars()["default_region"].refusal_of(False)
    assert refusal is not None
    assert "write the text in quotes, 'NO'" in refusal


def test_candidates_of_the_table_are_those_of_training() -> None:
    assert all_vars()["churn_candidates"].kind["each"]["choices"] == list(CANDIDATES)


def test_sql_reads_vars_of_the_table_by_setting_alone() -> None:
    unknown, unchecked = set(), set()
    for path in SQL:
        text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        named = set(re.findall(r"""(?<!\w)(?:day_)?setting\(['"](\w+)['"]\)""", text))
        unknown |= {(path.name, name) for name in named - all_vars().keys()}
        if path.stem != "_given_value" and re.search(r"(?<![\w.])var\(", text):
            unchecked.add(path.name)
    assert unknown == set()
    assert unchecked == set(), "setting() checks what var() does not"


def test_every_var_of_the_table_is_read() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SQL)
    read = set(re.findall(r"setting\(['\"](\w+)['\"]\)", text))
    read |= set(re.findall(r"action_table\('(\w+)'\)", text))
    for path in (ROOT / "dbt_project" / "models").rglob("*.yml"):  # a model that a var switches on
        read |= set(re.findall(r"\bvar\('(\w+)'\)", path.read_text(encoding="utf-8")))
    for kind in (ChurnSettings, SegmentSettings, SentimentSettings):
        read |= {field.name for field in fields(kind)}
    unread = {name for name in all_vars() if name not in read and not name.startswith("input_")}
    assert unread == {"product_embeddings", "customer_embeddings"}, (
        "read by a name that a macro puts together"
    )


def test_settings_of_training_have_the_defaults_of_the_table() -> None:
    given = {"min_buyers": 3.0, "advanced": {"churn_imputations": 2}}
    found = checked_vars(given, wanted=["min_buyers", "churn_imputations", "churn_tuning"])
    assert found == {"min_buyers": 3, "churn_imputations": 2, "churn_tuning": False}
    with pytest.raises(RetentionError, match="there is no var churn_tunning; did you mean churn_tuning"):
        checked_vars({"churn_tunning": True}, wanted=["churn_tuning"])
