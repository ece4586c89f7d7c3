"""The texts of the report and the cockpit are complete in both languages."""

from __future__ import annotations

import re
import string
from importlib.resources import files

import pytest
import yaml
from conftest import ROOT
from dbt_retention.bi.formats import Formats
from dbt_retention.bi.texts import LANGUAGES, Texts, texts_in

ENGLISH, CHINESE = (texts_in(language) for language in LANGUAGES)
PLACE = re.compile(r"\{[\w.]+(?::(\d))?(?: ([^{}|]+)\|([^{}|]+))?\}")


def parts_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts() -> None:
    assert list(ENGLISH.fixed) == list(CHINESE.fixed)
    for key, text in ENGLISH.fixed.items():
        assert text, key
        assert CHINESE.fixed[key], key
        assert parts_of(text) == parts_of(CHINESE.fixed[key]), key


def test_both_languages_have_words_for_the_same_values() -> None:
    assert {column: list(words) for column, words in ENGLISH.values.items()} == {
        column: list(words) for column, words in CHINESE.values.items()
    }


def test_every_text_that_a_template_names_exists() -> None:
    template = files("dbt_retention.bi").joinpath("templates", "report.html.j2").read_text(encoding="utf-8")
    named = set(re.findall(r"""\b(?:t|empty)\('([\w.]+)'[,)]""", template))
    assert len(named) > 80
    assert named <= set(ENGLISH.fixed)
    columns = set(re.findall(r"""t\.value\('(\w+)'""", template))
    assert columns <= set(ENGLISH.values)


def sentences() -> list[str]:
    """Every sentence of the reasons, with numbers in its places."""
    found = []
    for path in sorted((ROOT / "dbt_project/models/features").glob("feat_*.yml")):
        [model] = yaml.safe_load(path.read_text())["models"]
        for reason in model.get("config", {}).get("meta", {}).get("reasons", []):
            found += [sentence["words"] for sentence in reason.get("sentences", [])]
    macro = (ROOT / "dbt_project/macros/score_sentences.sql").read_text()
    found += re.findall(r"'words': '(.*?)'[,\n ]", re.sub(r"'\s*~\s*'", "", macro))
    return [
        PLACE.sub(lambda place: "12.5" + (f" {place[3]}" if place[3] else ""), sentence) for sentence in found
    ]


def test_all_sentences_are_found() -> None:
    assert len(sentences()) > 25


@pytest.mark.parametrize("sentence", sentences())
def test_every_reason_has_a_chinese_sentence(sentence: str) -> None:
    translated = CHINESE.sentence(sentence)
    assert not re.search(r"[A-Za-z]{2,}", translated), translated
    assert translated.count("12.5") == sentence.count("12.5")
    assert ENGLISH.sentence(sentence) == sentence


@pytest.mark.parametrize(
    ("reason", "translated"),
    [
        ("bought with Mint Tea in 19 baskets", "在 19 个购物篮中与“Mint Tea”一起购买"),
        ("bought with Tea in 1 basket", "在 1 个购物篮中与“Tea”一起购买"),
        ("bought in 3 orders, last on 2024-02-20", "买过 3 单，最近一次在 2024-02-20"),
        ("bought by 6 customers in the last 84 days", "近 84 天有 6 位客户购买"),
    ],
)
def test_the_reason_of_a_recommendation_has_a_chinese_sentence(reason: str, translated: str) -> None:
    assert texts_in("zh").sentence(reason) == translated
    assert texts_in("en").sentence(reason) == reason


@pytest.mark.parametrize("texts", [ENGLISH, CHINESE])
def test_an_unknown_value_stays_as_it_is(texts: Texts) -> None:
    assert texts.value("action", "a_new_action") == "a_new_action"
    assert texts.value("action", None) == "–"
    assert texts.sentence("a sentence of the shop") == "a sentence of the shop"
    assert texts.sentence(None) == ""


def test_numbers_have_separators_units_and_a_sign() -> None:
    formats = Formats(currency="EUR")
    assert formats.count(1234567) == "1,234,567"
    assert formats.amount(-1234.5) == "−1,234 EUR"
    assert formats.cents(0.5) == "0.50 EUR"
    assert formats.percent(0.256) == "26%"
    assert formats.change(0.04, 1) == "±0.0"
    assert formats.change(12) == "+12"
    assert {formats.count(None), formats.amount(None), formats.percent(None), formats.day(None)} == {"–"}
