"""The licence check refuses what does not go with Apache-2.0."""

from __future__ import annotations

from pathlib import Path

import licences
import pytest


def test_a_package_under_the_gpl_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("text-unidecode==1.3 \\\n    --hash=sha256:0\nnumpy==2.0\nnot-installed==1.0\n")
    assert licences.problems(lock) == (2, [])
    monkeypatch.setattr(licences, "CHOSEN", {})
    looked_at, [refused] = licences.problems(lock)
    assert looked_at == 2
    assert refused.startswith("text-unidecode: ")
