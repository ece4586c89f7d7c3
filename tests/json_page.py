"""The keys that docs/json.md gives for each command with --json."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "json.md"


def documented() -> dict[str, set[str]]:
    """Keys by command, such as "features sync"."""
    _, *sections = PAGE.read_text(encoding="utf-8").split("\n## retention ")
    return {
        section.splitlines()[0]: {
            key
            for cell in re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
            for key in re.findall(r"`(\w+)`", cell)
        }
        for section in sections
    }
