"""Runs the tests of faults and prints a table: each case, what was expected, and what came.

python tests/faults/fault_table.py [arguments of pytest]     # make test-faults: all files of this folder
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CASE, LOST = "fault case", "fault lost"
LOSSES = ("rows lost", "wrong champions", "unreadable moments")
WIDTHS = (72, 72, 160)  # of the case, of what was expected, and of what came
Record = Callable[[str, object], None]


def tried(record: Record, case: str, *, expected: str, got: str) -> None:
    """Add a case to the table. record: pytest's fixture record_property."""
    record(CASE, [case, expected, " ".join(str(got).split())])


def lost(record: Record, kind: str, count: int) -> None:
    """Add to a closing total. kind: one of LOSSES."""
    assert kind in LOSSES, kind
    record(LOST, [kind, count])


class FaultTable:
    """The cases of all workers, printed at the end."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str]] = []
        self.losses = Counter(dict.fromkeys(LOSSES, 0))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and not report.failed:
            return
        cases = [value for name, value in report.user_properties if name == CASE]
        state = {"passed": "survived", "skipped": "skipped"}.get(report.outcome, "FAILED")
        name = report.nodeid.rsplit("::", maxsplit=1)[-1]
        self.rows += [(state, *case) for case in cases] or [(state, name, "the test passes", report.outcome)]
        for kind, count in [value for name, value in report.user_properties if name == LOST]:
            self.losses[kind] += count

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        write = terminalreporter.write_line
        write("")
        for state, *texts in [("", "case", "expected", "got"), *self.rows]:
            cells = [_in_width(text, width) for text, width in zip(texts, WIDTHS, strict=True)]
            write(f"{state:<9}" + " | ".join(cells).rstrip())
        states = Counter(row[0] for row in self.rows)
        totals = {"cases tried": len(self.rows), "survived": states["survived"], **self.losses}
        write(", ".join(f"{name} {count:,}" for name, count in totals.items()))


def _in_width(text: str, width: int) -> str:
    return f"{text:<{width}}" if len(text) <= width else text[: width - 1] + "…"


if __name__ == "__main__":
    given = sys.argv[1:]
    files = [word for word in given if Path(word.split("::")[0]).exists()]
    folder = [] if files else [str(Path(__file__).parent)]
    sys.exit(pytest.main([*folder, "-q", *given], plugins=[FaultTable()]))
