"""The customer to erase: ids that identify the customer, and texts without them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dbt_retention.commands.erasure.phones import Phone, phone_of, without_phone
from dbt_retention.quoting import quoted_name, quoted_text

REPLACEMENT = "erased"
LEFT = "not changed, may contain the customer"
SOURCE = "not changed, names the customer: a file of your own"
MIN_LETTERED, MIN_DIGITS = 4, 9
WORDS = (r"[\w+@-]+(?:\.[\w+@-]+)*", r"\w+")  # a word such as an e-mail address, and its parts


@dataclass(frozen=True)
class Removal:
    """What was removed from one table or file. unit: rows, values, text, file, LEFT or SOURCE."""

    place: str
    count: int
    unit: str


@dataclass(frozen=True)
class Person:
    """One customer: customer_id, the columns that hold it, and values that only this customer has.

    owned: values by key, trimmed and in lower case.
    """

    customer_id: str
    id_columns: frozenset[str] = frozenset({"customer_id"})
    owned: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @cached_property
    def telling(self) -> frozenset[str]:
        """Values that are searched in any text, because they are long enough to be unambiguous."""
        phones = {re.sub(r"[^\d+]", "", value) for value in self.owned.get("phone", ())}
        values = set(filter(is_telling, {self.customer_id.lower()}.union(phones, *self.owned.values())))
        return frozenset(values.union(*map(_escaped, values)))

    @cached_property
    def phones(self) -> tuple[Phone, ...]:
        """The telephone numbers that only this customer has."""
        found = {phone_of(value) for value in self.owned.get("phone", ())}
        return tuple(sorted((phone for phone in found if phone), key=lambda phone: phone.national))

    def cleaned(self, text: str) -> str:
        """The text, with the customer's ids, addresses and telephone numbers replaced by REPLACEMENT."""
        text = without_words(text, self.telling)
        for phone in self.phones:
            text = without_phone(text, phone, replacement=REPLACEMENT)
        return text

    def is_in_doubt(self, text: str) -> bool:
        """Whether a cleaned text still has the last digits of a number, in a spelling that is not known."""
        return any(phone.doubtful.search(text) for phone in self.phones)

    def id_column(self, columns: Iterable[str]) -> str | None:
        """The column that holds the customer_id, if there is one."""
        return next((column for column in columns if column.lower() in self.id_columns), None)

    def is_theirs(self, id_column: str) -> str:
        """SQL condition: the row belongs to the customer by this column."""
        value = f"trim(cast({quoted_name(id_column)} as varchar))"
        return f"coalesce({value} = {quoted_text(self.customer_id)}, false)"


def _escaped(value: str) -> set[str]:
    """As SQL, JSON and a CSV file write a value with quotes."""
    return {value.replace("'", "''"), json.dumps(value, ensure_ascii=False)[1:-1], value.replace('"', '""')}


def is_telling(value: str) -> bool:
    """Whether the value is long enough to be unambiguous in a text: '100234' may be a product."""
    return len(value) >= (MIN_DIGITS if value.isdigit() else MIN_LETTERED)


def phrases(values: frozenset[str]) -> list[str]:
    """The values that are not a single word, such as '(358) 555 0138'."""
    return sorted(value for value in values if not re.fullmatch(WORDS[0], value, re.ASCII))


def without_words(text: str, words: frozenset[str]) -> str:
    """The text, with every word of `words` (in lower case) replaced by REPLACEMENT.

    An e-mail address is one word, and each of its parts of letters and digits is a word too.
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
