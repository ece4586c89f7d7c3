"""The NumPy array types that all rooms share."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Matrix: TypeAlias = npt.NDArray[np.float32]  # features, shape (rows, features); NaN = null
Vector: TypeAlias = npt.NDArray[np.float32]  # one value per row as ONNX gives it, shape (rows,)
Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
