"""LightGBM and XGBoost with their ONNX converters: the extra `boosting`.

Imported by `candidates.py` when one of them is used.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from lightgbm import Booster, LGBMClassifier
from onnxmltools.convert.lightgbm.operator_converters.LightGbm import convert_lightgbm
from onnxmltools.convert.xgboost.operator_converters.XGBoost import convert_xgboost
from skl2onnx import update_registered_converter
from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes
from xgboost import XGBClassifier


class Float32LightGBM(LGBMClassifier):  # type: ignore[misc]
    """LightGBM with float32 thresholds, so that ONNX sends every row to the same branch.

    LightGBM splits between two values at a double. Rounded to the nearest float32, the threshold can equal
    the upper value, and rows with that value change sides. Rounded down, it separates the same float32
    values.
    """

    def fit(self, X: Any, y: Any, **given: Any) -> Float32LightGBM:
        super().fit(X, y, **given)
        text = self.booster_.model_to_string()
        rounded = re.sub(r"^threshold=(.*)$", _rounded_down, text, flags=re.MULTILINE)
        # The header has the length of each tree's text, which has changed; without it nothing checks them.
        self._Booster = Booster(model_str=re.sub(r"^tree_sizes=.*\n", "", rounded, flags=re.MULTILINE))
        return self


def _rounded_down(line: re.Match[str]) -> str:
    exact = np.array(line.group(1).split(), dtype=np.float64)
    nearest = exact.astype(np.float32)
    below = np.where(nearest > exact, np.nextafter(nearest, np.float32(-np.inf)), nearest)
    return "threshold=" + " ".join(repr(float(value)) for value in below)


_OPTIONS = {"zipmap": [True, False, "columns"], "nocl": [True, False], "raw_scores": [True, False]}
for _estimator, _convert in ((Float32LightGBM, convert_lightgbm), (XGBClassifier, convert_xgboost)):
    update_registered_converter(
        _estimator,
        f"Retention{_estimator.__name__}",
        calculate_linear_classifier_output_shapes,
        _convert,
        options=_OPTIONS,
    )
