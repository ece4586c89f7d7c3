"""Scores rows with the ONNX file of a champion: features by name, loaded at the first use, checksum verified.

Independent of the engine: DuckDB and Spark pass Arrow columns, a web shop passes a mapping.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import pyarrow as pa

from dbt_retention.arrays import Ints, Matrix, Vector
from dbt_retention.errors import (
    FeatureMissingError,
    ModelAlteredError,
    ModelNotFoundError,
    RetentionError,
)
from dbt_retention.registry.card import Card, Kind
from dbt_retention.registry.store import DEFAULT_MODEL_MEGABYTES, DEFAULT_MODELS_PATH, Registry

# onnxruntime computes the last few rows of a batch with other instructions, whose last bit differs. In full
# blocks a row has the same score at every position, so that two builds make identical tables.
ROWS_AT_ONCE = 64
TEXTS_AT_ONCE = 256  # a row of n-grams is long

SENTIMENT = "sentiment"  # the model of review texts
RANGES = {
    "probability": (0.0, 1.0),
    "sentiment": (0.0, 1.0),
    "uplift": (-1.0, 1.0),
    "amount": (0.0, float(np.finfo(np.float32).max)),
}
ROUNDING = 1e-5  # float32 may leave a range by this much
SECONDS, SECONDS_PER_ROW = 60.0, 0.01  # the longest that one call may take

Stamp = tuple[int, int]  # when a file changed, and its size


@dataclass(frozen=True)
class LoadedModel:
    """An ONNX session with its card."""

    card: Card
    session: onnxruntime.InferenceSession

    def matrix(self, rows: pa.RecordBatch | pa.Table) -> Matrix:
        """The card's features in the card's order, shape (rows, features); null becomes NaN."""
        try:
            return as_matrix(rows, self.card.features)
        except KeyError:
            self._require_features(rows.schema.names)
            raise

    def row(self, features: Mapping[str, Any]) -> Matrix:
        """One row from features by name, shape (1, features). Numbers or booleans; None becomes NaN.

        Other names are ignored. Raises FeatureMissingError where a feature is missing, RetentionError where a
        value is not a number.
        """
        try:
            values = [features[name] for name in self.card.features]
            return np.array([[np.nan if value is None else float(value) for value in values]], np.float32)
        except KeyError:
            self._require_features(features)
            raise
        except (TypeError, ValueError) as error:
            wrong = {name: value for name, value in features.items() if not _is_number(value)}
            raise RetentionError(f"not numbers: {wrong}. Expected numbers, booleans or None") from error

    def score(self, features: Mapping[str, Any]) -> float:
        """Churn probability of one customer, 0 to 1; the same as in SQL to the last bit.

        features: the model's features by name, see `row`. Takes less than a millisecond; may be called from
        several threads.
        """
        return float(self.probabilities(self.row(features))[0])

    def probabilities(self, matrix: Matrix) -> Vector:
        """Churn probability, 0 to 1, shape (rows,). matrix: shape (rows, features)."""
        self.require("probability")
        return self.scores(matrix)

    def scores(self, matrix: Matrix) -> Vector:
        """Churn probability (0 to 1), uplift (-1 to 1) or spend (0 or more), by the kind of the model.

        matrix: shape (rows, features). Returns shape (rows,).

        Raises RetentionError where the model returns another number, or NaN.
        """
        if self.card.kind not in ("uplift", "amount"):
            self.require("probability")
        return self._in_range(self._run(matrix))

    def clusters(self, matrix: Matrix) -> Ints:
        """Number of the nearest centre, from 0, shape (rows,). matrix: shape (rows, features).

        Raises RetentionError where the model returns the number of no segment.
        """
        self.require("cluster")
        found = np.asarray(self._run(matrix), dtype=np.int64)
        count = self.card.segments.segment_count if self.card.segments else np.iinfo(np.int64).max
        wrong = found[(found < 0) | (found >= count)]
        if len(wrong):
            raise self._wrong_result(f"segment {wrong[0]}", f"0 to {count - 1}")
        return found

    def sentiments(self, texts: Sequence[str | None]) -> list[float | None]:
        """Probability of each text that its rating is high, 0 to 1; None for None.

        Raises RetentionError where the model returns another number, or NaN.
        """
        self.require("sentiment")
        given = [text for text in texts if text is not None]
        with self._limited(len(given)) as options:
            read = read_texts(self.session, given, options=options)
        found = iter(self._in_range(read))
        return [None if text is None else float(next(found)) for text in texts]

    def require(self, kind: Kind) -> None:
        """Raise RetentionError unless the model is of this kind."""
        if self.card.kind != kind:
            raise RetentionError(
                f"model {self.card.model} returns a {self.card.kind}, not a {kind}. Use onnx_score for "
                "probabilities and amounts, onnx_cluster for clusters and onnx_sentiment for sentiments"
            )

    def _require_features(self, given: Collection[str]) -> None:
        missing = [name for name in self.card.features if name not in given]
        if missing:
            raise FeatureMissingError(
                f"model {self.card.model} {self.card.version} needs {len(missing)} feature(s) that the "
                f"row does not have: {', '.join(missing[:5])}. Add them to the row, or train a model without "
                "them: retention train"
            )

    def _run(self, matrix: Matrix) -> npt.NDArray[np.generic]:
        rows = len(matrix)
        if missing := -rows % ROWS_AT_ONCE:
            matrix = np.vstack([matrix, np.zeros((missing, matrix.shape[1]), dtype=np.float32)])
        with self._limited(rows) as options:
            [output] = self.session.run(["result"], {"features": matrix}, options)
        if output.size != len(matrix):
            raise self._wrong_result(f"{output.size:,} results for {len(matrix):,} rows", "one a row")
        return np.asarray(output).reshape(-1)[:rows]

    def _in_range(self, results: npt.NDArray[np.generic]) -> Vector:
        found = np.asarray(results, dtype=np.float32)
        low, high = RANGES[self.card.kind]
        fits = (found >= low - ROUNDING) & (found <= high + ROUNDING)  # false for NaN
        if not fits.all():
            raise self._wrong_result(f"{found[~fits][0]:g} as {self.card.kind}", f"{low:g} to {high:g}")
        return np.clip(found, low, high)

    def _wrong_result(self, given: str, allowed: str) -> ModelAlteredError:
        return ModelAlteredError(
            f"model {self.card.model} {self.card.version} returned {given}; expected {allowed}. "
            "Restore its files, or run: retention train"
        )

    @contextmanager
    def _limited(self, rows: int) -> Iterator[onnxruntime.RunOptions]:
        """Options for a run that ends after a time limit; errors of onnxruntime name the model."""
        options = onnxruntime.RunOptions()
        limit = SECONDS + SECONDS_PER_ROW * rows
        timer = threading.Timer(limit, setattr, (options, "terminate", True))
        timer.daemon = True
        timer.start()
        try:
            yield options
        except RetentionError:
            raise
        except Exception as error:  # onnxruntime has an exception class per status code
            reason = str(error).splitlines()[0][:200]
            took = f"took longer than {limit:.0f} seconds" if options.terminate else f"cannot run: {reason}"
            raise ModelAlteredError(
                f"model {self.card.model} {self.card.version} {took}. Restore its files, or run: "
                "retention train"
            ) from error
        finally:
            timer.cancel()


@dataclass(frozen=True)
class _Watched:
    """A loaded model, and the stamps of its files from just before it was loaded."""

    model: LoadedModel
    stamps: Mapping[str, Stamp]

    def is_current(self) -> bool:
        return all(_stamp(path) == stamp for path, stamp in self.stamps.items())


class Scorer:
    """The models of a registry. Each is loaded at its first use, and again when its files change."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._lock = threading.Lock()
        self._loaded: dict[tuple[str, float], _Watched] = {}

    def model(self, name: str, *, max_megabytes: float | None = None) -> LoadedModel:
        """The champion of model `name`, or a certain version: 'name/version'.

        max_megabytes: a larger ONNX file is refused; None = the limit of the registry. Raises
        ModelNotFoundError, ModelAlteredError.
        """
        limit = self.registry.max_model_megabytes if max_megabytes is None else max_megabytes
        with self._lock:
            known = self._loaded.get((name, limit))
            if known is None or not known.is_current():
                known = self._loaded[name, limit] = self._load(name, max_megabytes=limit)
        return known.model

    def _load(self, name: str, *, max_megabytes: float) -> _Watched:
        model, _, version = name.partition("/")
        pointer = self.registry.champion_path(model)
        stamps = {} if version else {str(pointer): _stamp(str(pointer))}
        folder = (
            self.registry.version_folder(model, version) if version else self.registry.champion_folder(name)
        )
        if folder is None:
            raise ModelNotFoundError(
                f"there is no model '{name}' in {self.registry.root} yet. Train one: retention train"
            )
        stamps |= {path: _stamp(path) for path in (str(folder / "model.onnx"), str(folder / "card.json"))}
        return _Watched(model=load(folder, max_model_megabytes=max_megabytes), stamps=stamps)


def load_model(name: str = "churn", *, models: str | Path = DEFAULT_MODELS_PATH) -> LoadedModel:
    """The champion of model `name` in the registry folder `models`, for a service that scores single rows.

    Raises ModelNotFoundError where there is no champion yet, ModelAlteredError where the ONNX file does not
    match its card. The loaded model does not change when a new champion is published; a `Scorer` follows it.
    """
    return Scorer(Registry(Path(models))).model(name)


def load(folder: Path, *, max_model_megabytes: float = DEFAULT_MODEL_MEGABYTES) -> LoadedModel:
    """The model in the folder of a version.

    Raises ModelAlteredError where a file does not match the card, or is none that this package writes.
    """
    registry = Registry(folder.parent.parent, max_model_megabytes=max_model_megabytes)
    card, content = registry.read(folder)
    try:
        return LoadedModel(card=card, session=session(content))
    except Exception as error:  # onnxruntime has an exception class per status code
        raise ModelAlteredError(
            f"{folder / 'model.onnx'} cannot be loaded: {str(error).splitlines()[0][:200]}. "
            "Restore the file, or run: retention train"
        ) from error


def session(onnx_bytes: bytes) -> onnxruntime.InferenceSession:
    """An ONNX session with one thread, because the calling engine already runs one thread per core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.load_model_format", "ONNX")  # no guess from the first bytes
    # Without enable_fallback=0, onnxruntime prints an error and tries the same again.
    return onnxruntime.InferenceSession(
        onnx_bytes, options, providers=["CPUExecutionProvider"], enable_fallback=0
    )


def read_texts(
    onnx_session: onnxruntime.InferenceSession,
    texts: Sequence[str],
    *,
    options: onnxruntime.RunOptions | None = None,
) -> Vector:
    """Probability of each text by a sentiment graph, shape (texts,), computed in full blocks."""
    found = [np.empty(0, dtype=np.float32)]
    for first in range(0, len(texts), TEXTS_AT_ONCE):
        block = list(texts[first : first + TEXTS_AT_ONCE])
        column = np.array([*block, *[""] * (TEXTS_AT_ONCE - len(block))], dtype=object).reshape(-1, 1)
        [probabilities] = onnx_session.run(["probabilities"], {"text": column}, options)
        found.append(np.asarray(probabilities, dtype=np.float32)[: len(block), 1])
    return np.concatenate(found)


def struct_rows(rows: pa.Array | pa.ChunkedArray) -> pa.RecordBatch:
    """The fields of an Arrow struct column as columns with lower-case names.

    Raises RetentionError where the column is not a struct.
    """
    whole = rows.combine_chunks() if isinstance(rows, pa.ChunkedArray) else rows
    if not pa.types.is_struct(whole.type):
        raise RetentionError(
            f"expected a struct of features, got {whole.type}. Pass a whole row: "
            "select onnx_score('churn', features) from ml_scoring_set as features"
        )
    batch = pa.RecordBatch.from_struct_array(whole)
    names = batch.schema.names
    lower = [name.lower() for name in names]
    return batch if lower == names else batch.rename_columns(lower)


def as_matrix(rows: pa.RecordBatch | pa.Table, names: Sequence[str]) -> Matrix:
    """Numeric or boolean columns as float32, shape (rows, names); null and infinity become NaN.

    Raises KeyError where a column is missing, RetentionError where a column is not numeric.
    """
    # One call for all columns: DuckDB passes 2,048 rows at a time, so each call in Python costs much.
    chosen = rows.select(list(names))
    if isinstance(chosen, pa.Table):
        columns = [column.combine_chunks() for column in chosen.columns]
        chosen = pa.RecordBatch.from_arrays(columns, names=list(names))
    for at, kind in enumerate(chosen.schema.types):
        if not pa.types.is_floating(kind):
            chosen = chosen.set_column(at, names[at], _as_number(chosen.column(at), name=names[at]))
    with np.errstate(over="ignore"):
        matrix = np.asarray(chosen.to_tensor(null_to_nan=True).to_numpy(), dtype=np.float32)
    infinite = np.isinf(matrix)  # from a division by zero, or too large for float32
    return np.where(infinite, np.float32(np.nan), matrix) if infinite.any() else matrix


def _as_number(column: pa.Array, *, name: str) -> pa.Array:
    try:
        return column.cast(pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise RetentionError(
            f"feature {name} is of type {column.type}, not a number. Cast it to double in its feature model"
        ) from error


def _is_number(value: object) -> bool:
    try:
        return value is None or float(value) is not None  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


def _stamp(path: str) -> Stamp:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
