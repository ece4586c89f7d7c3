"""Who is erased, what tells of them, and a text without it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dbt_retention.quoting import quoted_name, quoted_text

REPLACEMENT = "erased"
LEFT = "left as it is, and may name them"
MIN_LETTERED, MIN_DIGITS = 4, 9
WORDS = (r"[\w+@-]+(?:\.[\w+@-]+)*", r"\w+")  # a long word such as an e-mail address, and its parts


@dataclass(frozen=True)
class Removal:
    """What was taken out of one table or file. unit: rows, values, text, file, or LEFT."""

    place: str
    count: int
    unit: str


@dataclass(frozen=True)
class Person:
    """One customer: the id, the columns that hold it, and by key the values that are nobody else's.

    Values are trimmed and in lower case.
    """

    customer_id: str
    id_columns: frozenset[str] = frozenset({"customer_id"})
    owned: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def telling(self) -> frozenset[str]:
        """What can be looked for in any text: values too long to mean anything else ('17' may be days)."""
        phones = {re.sub(r"[^\d+]", "", value) for value in self.owned.get("phone", ())}
        return frozenset(filter(is_telling, {self.customer_id.lower()}.union(phones, *self.owned.values())))

    def id_column(self, columns: Iterable[str]) -> str | None:
        """Which of the columns holds the ids of customers."""
        return next((column for column in columns if column.lower() in self.id_columns), None)

    def is_theirs(self, id_column: str) -> str:
        """Condition: the row is theirs by this column."""
        value = f"trim(cast({quoted_name(id_column)} as varchar))"
        return f"coalesce({value} = {quoted_text(self.customer_id)}, false)"


def is_telling(value: str) -> bool:
    """Is the value, found in a text or in another column, sure to be it? '100234' may be a product too."""
    return len(value) >= (MIN_DIGITS if value.isdigit() else MIN_LETTERED)


def phrases(values: frozenset[str]) -> list[str]:
    """Those of the values that are no single word, such as '(358) 555 0138'."""
    return sorted(value for value in values if not re.fullmatch(WORDS[0], value, re.ASCII))


def without_words(text: str, words: frozenset[str]) -> str:
    """The text with REPLACEMENT in the place of each word that is in `words` (which are in lower case).

    An e-mail address is one word; within it, each of its parts of letters and digits is too.
    """

    def replaced(found: re.Match[str]) -> str:
        if found[0].lower() in words:
            return REPLACEMENT
        return re.sub(
            WORDS[1],
            lambda part: REPLACEMENT if part[0].lower() in words else part[0],
            found[0],
            flags=re.ASCII,
        )

    for phrase in phrases(words):
        text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", REPLACEMENT, text, flags=re.IGNORECASE)
    return re.sub(WORDS[0], replaced, text, flags=re.ASCII)
