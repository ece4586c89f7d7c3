"""What a simulated shop depends on, and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

MAX_CUSTOMERS: Final = 10_000_000
MAX_MONTHS: Final = 120


@dataclass(frozen=True)
class Shop:
    """The only things that the result depends on.

    are_actions_alike: all actions work about as well; else the dearer ones better (ACTION_STRENGTH), and each
    better or worse than that by a factor that differs between shops.
    Raises ValueError for a value that cannot be simulated; the message says why.
    """

    customers: int = 520
    months: int = 18
    seed: int = 7
    dirty_share: float = 0.002
    first_day: date = date(2023, 1, 2)
    are_actions_alike: bool = True

    def __post_init__(self) -> None:
        _check_whole("customers", self.customers, 1, MAX_CUSTOMERS)
        _check_whole("months", self.months, 3, MAX_MONTHS)
        _check_whole("seed", self.seed, 0, 2**63 - 1)
        share = self.dirty_share
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 0.5:
            raise ValueError(f"dirty_share is {share!r}; expected a share from 0 to 0.5")
        if not isinstance(self.first_day, date) or isinstance(self.first_day, datetime):
            raise ValueError(f"first_day is {self.first_day!r}; expected a datetime.date such as 2023-01-02")

    @property
    def days(self) -> int:
        """Days in the period: `months` calendar months from `first_day`."""
        month = self.first_day.month - 1 + self.months
        end = date(self.first_day.year + month // 12, month % 12 + 1, min(self.first_day.day, 28))
        return (end - self.first_day).days


def first_day_of(months: int) -> date:
    """2 January 2023, or so many years earlier that a history of `months` is over by 2 January 2026.

    An event in the future would be a rejected row of the input.
    """
    years_more = math.ceil((min(months, MAX_MONTHS) - 36) / 12)
    return date(2023 - max(0, years_more), 1, 2)


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name} is {value!r}; expected a whole number from {low:,} to {high:,}")
