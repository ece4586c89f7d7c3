"""The parity gate: an ONNX graph that gives other results than scikit-learn is not published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from dbt_retention.arrays import Matrix
from dbt_retention.errors import ExportParityError
from dbt_retention.registry.card import Parity
from dbt_retention.registry.scoring import session
from dbt_retention.training import RANDOM_STATE

PROBABILITY_TOLERANCE = 1e-5
NULL_SHARE = 0.05


def check_parity(
    onnx_bytes: bytes,
    predict: Callable[[Matrix], npt.NDArray[Any]],
    matrix: Matrix,
    *,
    tolerance: float,
    remedy: str,
) -> Parity:
    """Compare the graph with `predict` on `matrix`, on `matrix` with 5 % nulls, and on a row of nulls.

    matrix: shape (rows, features). remedy: the end of the error message, what the user can do. Raises
    ExportParityError where a result differs by more than `tolerance`.
    """
    rng = np.random.default_rng(RANDOM_STATE)
    with_nulls = np.where(rng.random(matrix.shape) < NULL_SHARE, np.float32(np.nan), matrix)
    empty = np.full((1, matrix.shape[1]), np.nan, dtype=np.float32)
    rows = np.vstack([matrix, with_nulls, empty]).astype(np.float32)
    results = np.asarray(session(onnx_bytes).run(["result"], {"features": rows})[0]).reshape(-1)
    return compare(
        results,
        np.asarray(predict(rows), dtype=np.float64),
        rows_with_nulls=int(np.isnan(rows).any(axis=1).sum()),
        tolerance=tolerance,
        name_of_row=lambda row: f"row {row} of {len(rows)}",
        remedy=remedy,
    )


def compare(
    results: npt.NDArray[Any],
    expected: npt.NDArray[Any],
    *,
    rows_with_nulls: int,
    tolerance: float,
    name_of_row: Callable[[int], str],
    remedy: str,
) -> Parity:
    """The largest difference between the graph's results and scikit-learn's, both shape (rows,).

    name_of_row: how the error names the row with the largest difference. Raises ExportParityError where a
    result differs by more than `tolerance`, or is NaN.
    """
    differences = np.abs(results.astype(np.float64) - expected)
    largest = float(np.max(differences))
    if not largest <= tolerance:  # true for NaN too
        worst = int(np.argmax(np.where(np.isnan(differences), np.inf, differences)))
        raise ExportParityError(
            f"the ONNX graph differs from scikit-learn by {largest:.2e} (allowed: {tolerance:.0e}); the "
            f"largest difference is in {name_of_row(worst)}. The model was not published, and the champion "
            f"stays in use. {remedy}"
        )
    return Parity(
        rows=len(results), rows_with_nulls=rows_with_nulls, max_difference=largest, tolerance=tolerance
    )
