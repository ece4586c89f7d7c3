"""Finds a telephone number in a text in any spelling, by its digits.

+44 20 7946 0123, 0044-20-7946-0123, (020) 7946 0123 and 02079460123 are the same number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import phonenumbers

SEPARATOR_CHARACTERS = " \t\u00a0().\\-/\u2010-\u2015"
_BETWEEN = f"[{SEPARATOR_CHARACTERS}]*"
MIN_DIGITS = 7
CORE_DIGITS = 8  # the last digits, which every spelling has


@dataclass(frozen=True)
class Phone:
    """national: digits without the country code and leading zeros. country: its code; "" = not known."""

    national: str
    country: str = ""

    @property
    def core(self) -> str:
        """The last digits: a text that has them and no known spelling of the number is in doubt."""
        return self.national[-CORE_DIGITS:]

    @cached_property
    def spellings(self) -> re.Pattern[str]:
        """The number with or without its country code and a leading zero."""
        code = (
            f"(?:(?:[+]|00){_BETWEEN})?{self.country}" if self.country else rf"(?:[+]|00){_BETWEEN}\d{{1,3}}"
        )
        return re.compile(
            rf"(?<![\d+])[(]?(?:{code}{_BETWEEN})?(?:0{_BETWEEN})?{_spread(self.national)}(?!\d)"
        )

    @cached_property
    def doubtful(self) -> re.Pattern[str]:
        """The last digits, whatever is before them."""
        return re.compile(rf"{_spread(self.core)}(?!\d)")


def phone_of(text: str) -> Phone | None:
    """The number in `text`, such as the value of a column phone; None where it has too few digits."""
    digits = re.sub(r"\D", "", text)
    if text.strip().startswith(("+", "00")):
        try:
            parsed = phonenumbers.parse("+" + digits.removeprefix("00"), None)
        except phonenumbers.NumberParseException:
            pass
        else:
            national = str(parsed.national_number)
            return Phone(national, str(parsed.country_code)) if len(national) >= MIN_DIGITS else None
    national = digits.lstrip("0")
    return Phone(national) if len(national) >= MIN_DIGITS else None


def without_phone(text: str, phone: Phone, *, replacement: str) -> str:
    """The text with every spelling of the number replaced."""
    return phone.spellings.sub(replacement, text) if phone.doubtful.search(text) else text


def _spread(digits: str) -> str:
    return _BETWEEN.join(digits)
