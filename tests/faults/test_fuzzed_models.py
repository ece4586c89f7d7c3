"""Graphs with random bytes changed and a checksum that matches: refused or scored in range, never a crash."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from fault_table import Record, tried

TRIES = 150
SCRIPT = """
import hashlib, json, random, sys
from pathlib import Path
import numpy as np
from dbt_retention.errors import RetentionError
from dbt_retention.registry.scoring import load

folder, seed, tries = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
onnx, card = folder / "model.onnx", folder / "card.json"
valid, fields = onnx.read_bytes(), json.loads(card.read_text())
dice, counts = random.Random(seed), {"refused": 0, "scored": 0}
rows = np.random.default_rng(seed).normal(0, 50, (64, len(fields["features"]))).astype(np.float32)
for _ in range(tries):
    content = bytearray(valid)
    for _ in range(dice.choice([1, 1, 4, 40])):
        content[dice.randrange(len(content))] = dice.randrange(256)
    if dice.random() < 0.2:
        del content[dice.randrange(len(content)):]
    onnx.write_bytes(content)
    card.write_text(json.dumps(fields | {"onnx_sha256": hashlib.sha256(content).hexdigest()}))
    try:
        scores = load(folder).probabilities(rows)
        assert ((scores >= 0) & (scores <= 1)).all()
        counts["scored"] += 1
    except RetentionError as error:
        assert str(error).strip() and "\\n" not in str(error)
        counts["refused"] += 1
print(json.dumps(counts))
"""


@pytest.mark.parametrize("candidate", ["decision_tree", "logistic_regression", "support_vector_linear"])
def test_a_fuzzed_graph_never_crashes(candidate: str, tmp_path: Path, record_property: Record) -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent / "unit"))
    try:
        from models import blend_of, card_and_onnx
    finally:
        sys.path.pop(0)
    from dbt_retention.registry.store import Registry

    folder = Registry(tmp_path).publish(*card_and_onnx(blend_of(candidate, rows=600)))
    seed = random.Random(candidate).randrange(1000)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), str(seed), str(TRIES)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    got = done.stdout.strip() or done.stderr.strip()[-200:]
    tried(record_property, f"model: {candidate}, {TRIES} random changes", expected="no crash", got=got)
    assert done.returncode == 0, done.stderr[-2000:]
