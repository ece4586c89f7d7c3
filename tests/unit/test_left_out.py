"""A run names the long faults that it leaves out: CI tries a part of them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import ROOT


@pytest.mark.parametrize("workers", [0, 1])
def test_long_faults_that_are_left_out_are_named(workers: int) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--numprocesses", str(workers)]
    done = subprocess.run(
        [*command, "tests/faults/test_hidden_cells.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "1 long tests of faults were left out; make test-faults runs them" in done.stdout, done.stderr
    assert "\ntest_hidden_cells.py::test_no_hidden_count_follows_from_the_marts\n" in done.stdout
