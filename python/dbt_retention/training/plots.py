"""The plots of a model's README: ROC, precision and recall, calibration, lift, importance.

Bands and bars are 95 % Wilson intervals of a share of customers, for each cutoff or bin by itself.

matplotlib is imported when the first plot is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import numpy as np
from sklearn.metrics import precision_recall_curve, roc_curve

from dbt_retention.arrays import Floats, Ints
from dbt_retention.registry.feature_label import feature_label
from dbt_retention.training.metrics import ECE_BINS

INK, GREY, ACCENT = "#22313f", "#9aa5b1", "#0b6e99"
WIDTH, HEIGHT, DPI = 4.6, 3.8, 110
IMPORTANT = 15

Draw = Callable[[Any, Floats, Floats], None]


def churn_plots(labels: Floats, scores: Floats, *, importance: Mapping[str, float]) -> dict[str, bytes]:
    """PNG files by name, for `readme_of`; the same inputs give the same bytes.

    labels, scores: shape (rows,) of the test date, labels 0 or 1, scores 0 to 1; both classes must occur.
    importance: rise of log loss where a feature is shuffled, by feature.
    """
    drawings: dict[str, Callable[[Any], None]] = {
        "roc.png": lambda axes: _roc(axes, labels, scores),
        "precision_recall.png": lambda axes: _precision_recall(axes, labels, scores),
        "calibration.png": lambda axes: _calibration(axes, labels, scores),
        "lift.png": lambda axes: _lift(axes, labels, scores),
        "importance.png": lambda axes: _importance(axes, importance),
    }
    return {name: _png(draw, wide=name == "importance.png") for name, draw in drawings.items()}


def _roc(axes: Any, labels: Floats, scores: Floats) -> None:
    false_positive_rate, true_positive_rate, _ = roc_curve(labels, scores)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    axes.plot(false_positive_rate, true_positive_rate, color=ACCENT, linewidth=2)
    axes.set(title="ROC", xlabel="false positive rate", ylabel="true positive rate")
    _unit(axes)


def _precision_recall(axes: Any, labels: Floats, scores: Floats) -> None:
    precision, recall, thresholds = precision_recall_curve(labels, scores)
    called = len(scores) - np.searchsorted(np.sort(scores), thresholds)
    _band(axes, recall[:-1], *_wilson(precision[:-1], called))
    axes.axhline(labels.mean(), color=GREY, linewidth=1, linestyle="--")
    axes.text(0.01, labels.mean() + 0.02, f"all customers: {labels.mean():.0%}", color=GREY, fontsize=8)
    axes.plot(recall[:-1], precision[:-1], color=ACCENT, linewidth=2, drawstyle="steps-post")
    axes.set(title="Precision and recall", xlabel="recall", ylabel="precision")
    _unit(axes)


def _calibration(axes: Any, labels: Floats, scores: Floats) -> None:
    """Churn rate per probability bin of the calibration error, with 95 % Wilson intervals."""
    which = np.minimum((scores * ECE_BINS).astype(int), ECE_BINS - 1)
    rows = np.bincount(which, minlength=ECE_BINS)
    known = rows > 0
    count = rows[known]
    expected = np.bincount(which, scores, ECE_BINS)[known] / count
    churned = np.bincount(which, labels, ECE_BINS)[known] / count
    lower, upper = _wilson(churned, count)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    axes.vlines(expected, lower, upper, color=ACCENT, linewidth=1.5, alpha=0.5)
    axes.plot(expected, churned, "o", color=ACCENT, markersize=5)
    axes.set(title="Calibration", xlabel="mean predicted probability", ylabel="observed churn rate")
    _unit(axes)


def _lift(axes: Any, labels: Floats, scores: Floats) -> None:
    order = np.argsort(-scores, kind="stable")
    called = np.arange(1, len(labels) + 1)
    precision = np.cumsum(labels[order]) / called
    lift = precision / labels.mean()
    from_here = max(1, len(labels) // 100)  # the lift of the first few customers is noise
    axes.axhline(1, color=GREY, linewidth=1, linestyle="--")
    lower, upper = (bound[from_here:] / labels.mean() for bound in _wilson(precision, called))
    _band(axes, called[from_here:] / len(labels), lower, upper)
    axes.plot(called[from_here:] / len(labels), lift[from_here:], color=ACCENT, linewidth=2)
    axes.set(title="Lift", xlabel="share of customers", ylabel="lift", xlim=(0, 1))
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter("{x:.0%}")


def _importance(axes: Any, importance: Mapping[str, float]) -> None:
    largest = sorted(importance.items(), key=lambda item: (-item[1], item[0]))[:IMPORTANT][::-1]
    axes.barh(
        [feature_label(name) for name, _ in largest],
        [value for _, value in largest],
        color=ACCENT,
        height=0.65,
    )
    axes.set(title="Importance", xlabel="rise of log loss where the feature is shuffled")
    axes.tick_params(axis="y", length=0, labelsize=8)
    axes.axvline(0, color=GREY, linewidth=1)


def _band(axes: Any, where: Floats, lower: Floats, upper: Floats) -> None:
    axes.fill_between(where, lower, upper, color=ACCENT, alpha=0.18, linewidth=0)


def _wilson(share: Floats, count: Ints) -> tuple[Floats, Floats]:
    """Bounds of the 95 % Wilson interval of each share of `count` customers, shape (rows,)."""
    squared = 1.96**2
    centre = (share + squared / (2 * count)) / (1 + squared / count)
    half = np.sqrt(share * (1 - share) / count + squared / (4 * count**2)) * 1.96 / (1 + squared / count)
    return centre - half, centre + half


def _unit(axes: Any) -> None:
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:.0%}")


def _png(draw: Callable[[Any], None], *, wide: bool) -> bytes:
    with _canvas(wide=wide) as figure:
        axes = figure.add_subplot()
        draw(axes)
        axes.spines[["top", "right"]].set_visible(False)
        axes.title.set(color=INK, fontsize=11, fontweight="bold")
        axes.tick_params(colors=INK)
        written = BytesIO()
        figure.savefig(written, format="png", dpi=DPI, metadata={"Software": None})
        return written.getvalue()


@contextmanager
def _canvas(*, wide: bool) -> Iterator[Any]:
    from matplotlib import rc_context, rcdefaults  # noqa: PLC0415
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    with rc_context():
        rcdefaults()
        figure = Figure(figsize=(WIDTH * (1.7 if wide else 1), HEIGHT), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure
