"""What the built shop's commands print with --json has the keys of docs/json.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Shop
from json_page import documented


@pytest.mark.parametrize("command", ["summary", "score", "report"])
def test_commands_print_the_documented_keys(built_shop: Shop, tmp_path: Path, command: str) -> None:
    [(customer,)] = built_shop.query("select min(customer_id) from mart_early_warning")
    options = {
        "summary": [],
        "score": ["--customer", customer],
        "report": ["--out", str(tmp_path / "report.html")],
    }
    words = ("--project", str(built_shop.project), *options[command])
    done = built_shop.run("retention", command, "--json", *words)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found.keys() == documented()[command]
    if command == "report":
        assert Path(found["file"]).stat().st_size == found["bytes"]
    if command == "score":
        probability = built_shop.query(
            f"select churn_probability from mart_early_warning where customer_id = '{customer}'"
        )
        assert found["churn_probability"] == pytest.approx(probability[0][0], abs=1e-6)
