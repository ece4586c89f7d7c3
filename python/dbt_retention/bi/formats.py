"""Numbers, dates and missing values as people read them. Every amount and count keeps its unit beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

UNKNOWN = "–"
MINUS = "−"  # as wide as a plus, unlike the hyphen

Number = int | float


@dataclass(frozen=True)
class Formats:
    """How the reader wants amounts. currency: what to write after an amount, such as EUR; empty = nothing."""

    currency: str = ""

    def count(self, value: Number | None) -> str:
        """1234 -> 1,234"""
        return UNKNOWN if value is None else _signed(f"{round(value):,}")

    def amount(self, value: Number | None) -> str:
        """An amount of money without cents: 1234.5 -> 1,234 EUR"""
        return UNKNOWN if value is None else _signed(f"{value:,.0f}") + self._unit()

    def cents(self, value: Number | None) -> str:
        """An amount of money with cents: 1234.5 -> 1,234.50 EUR"""
        return UNKNOWN if value is None else _signed(f"{value:,.2f}") + self._unit()

    def percent(self, share: Number | None, digits: int = 0) -> str:
        """A share, 0 to 1: 0.256 -> 26%"""
        return UNKNOWN if share is None else _signed(f"{100 * share:,.{digits}f}") + "%"

    def decimal(self, value: Number | None, digits: int = 2) -> str:
        """0.8307 -> 0.83"""
        return UNKNOWN if value is None else _signed(f"{value:,.{digits}f}")

    def change(self, value: Number | None, digits: int = 0) -> str:
        """A difference with its sign: 12 -> +12"""
        if value is None:
            return UNKNOWN
        rounded = round(value, digits)
        return f"±{0:.{digits}f}" if rounded == 0 else _signed(f"{rounded:+,.{digits}f}")

    def day(self, value: date | datetime | None) -> str:
        """2024-07-02"""
        return UNKNOWN if value is None else f"{value:%Y-%m-%d}"

    def _unit(self) -> str:
        return f" {self.currency}" if self.currency else ""


def _signed(text: str) -> str:
    return text.replace("-", MINUS)
