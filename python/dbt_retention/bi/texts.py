"""The fixed texts of the report and the cockpit, in English and Simplified Chinese: texts/<language>.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


@dataclass(frozen=True)
class Texts:
    """The texts of one language.

    fixed: texts by dotted key. values: words for the values of columns, by column. sentences: patterns of the
    sentences that the marts hold in English, with their translation; empty for English.
    """

    language: Language
    fixed: dict[str, str]
    values: dict[str, dict[str, str]]
    sentences: tuple[tuple[re.Pattern[str], str], ...]

    def __call__(self, key: str, **parts: object) -> str:
        """The text of a key, with its parts filled in. Raises KeyError where there is no such text."""
        text = self.fixed[key]
        return text.format(**parts) if parts else text

    def value(self, column: str, value: object) -> str:
        """The word for a value of a column; a value without one stays as it is, None is a dash."""
        if value is None:
            return "–"
        return self.values.get(column, {}).get(str(value), str(value))

    def sentence(self, text: str | None) -> str:
        """A sentence of a mart in this language; one without translation stays as it is."""
        if text is None:
            return ""
        for pattern, translation in self.sentences:
            if found := pattern.fullmatch(text):
                return found.expand(translation)
        return text


@cache
def texts_in(language: Language) -> Texts:
    """The texts of a language."""
    read: dict[str, Any] = yaml.safe_load(
        files(__package__).joinpath("texts", f"{language}.yml").read_text(encoding="utf-8")
    )
    return Texts(
        language=language,
        fixed=dict(_flat(read["texts"])),
        values={
            column: {str(key): word for key, word in words.items()}
            for column, words in read["values"].items()
        },
        sentences=tuple(
            (re.compile(one["pattern"]), one["translation"]) for one in read.get("sentences", [])
        ),
    )


def _flat(nested: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    """Dotted keys and texts of nested texts."""
    found: list[tuple[str, str]] = []
    for key, value in nested.items():
        found += (
            _flat(value, f"{above}{key}.") if isinstance(value, dict) else [(f"{above}{key}", str(value))]
        )
    return found
