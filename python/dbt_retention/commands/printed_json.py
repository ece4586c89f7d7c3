"""JSON on the standard output, for programs. docs/json.md describes what each command prints."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console


def print_json(found: Any, *, console: Console) -> None:
    """Print `found` as JSON without colours; what JSON has no type for, such as a date, as text."""
    text = json.dumps(found, default=str, ensure_ascii=False, indent=2)
    console.print(text, highlight=False, soft_wrap=True, markup=False)
