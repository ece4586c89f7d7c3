"""Small trained models for the tests of scoring, registry and explanations."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
from dbt_retention.arrays import Matrix
from dbt_retention.registry.card import Calibration, Card, ChurnTraining
from dbt_retention.training.blend import ChurnBlend
from dbt_retention.training.candidates import CANDIDATES
from dbt_retention.training.export import export_churn
from scipy.special import expit

FEATURES = ["days_since_last_order", "orders_count_28d", "spend_sum_28d"]


def customers(rows: int, *, seed: int = 0) -> tuple[Matrix, npt.NDArray[np.float64]]:
    """Features, shape (rows, 3), and whether each customer churned; recency raises the risk."""
    rng = np.random.default_rng(seed)
    silent = rng.gamma(2, 15, rows)
    orders = rng.poisson(4 * np.exp(-silent / 30))
    spend = orders * rng.gamma(3, 10, rows)
    churned = rng.random(rows) < expit(silent / 20 - orders / 2 - 1)
    return np.column_stack([silent, orders, spend]).astype(np.float32), churned.astype(float)


def blend_of(*names: str, rows: int = 2000) -> ChurnBlend:
    """The named candidates, fitted, with a made-up calibration."""
    matrix, churned = customers(rows)
    return ChurnBlend(
        members={name: CANDIDATES[name]().fit(matrix, churned) for name in names},
        calibration=Calibration(slope=1.1, intercept=-0.2, rows=rows),
    )


def card_and_onnx(blend: ChurnBlend, *, version: str = "2024-01-01-a") -> tuple[Card, bytes]:
    """A card that could be published, with its ONNX file."""
    matrix, _ = customers(500, seed=1)
    onnx_bytes, parity = export_churn(blend, matrix)
    card = Card(
        model="churn",
        version=version,
        kind="probability",
        onnx_sha256=hashlib.sha256(onnx_bytes).hexdigest(),
        features=FEATURES,
        feature_medians=[float(value) for value in np.median(matrix, axis=0)],
        trained_at="2024-01-01T00:00:00+00:00",
        churn=ChurnTraining(
            churn_definition="fixed_horizon",
            churn_horizon_days=28,
            lookback_days=84,
            orders_input="orders",
            training_dates=["2023-11-01", "2023-12-01"],
            test_date="2024-01-01",
            rows=2000,
            customers=1000,
            churned_share=0.3,
        ),
        calibration=blend.calibration,
        threshold=0.4,
        parity=parity,
        libraries={"onnx": "1"},
        intended_use="Tests.",
        limits="Tests only.",
    )
    return card, onnx_bytes
