"""Names of features as people read them, for model cards and plots."""

from __future__ import annotations

import re

# How a name ends, and what it says after a comma. The first that matches counts.
WINDOWS = (
    (r"_ratio_(\d+)d_to_previous", "last {0} days compared with the {0} days before"),
    (r"_ratio_(\d+)d_to_year_before", "last {0} days compared with the year before"),
    (r"_ratio_(\d+)d_to_ever", "last {0} days compared with all time"),
    (r"_share_(\d+)d_of_(\d+)d", "share of the last {0} days in the last {1}"),
    (r"_next_(\d+)d_year_before", "next {0} days, a year before"),
    (r"_(\d+)d_year_before", "last {0} days, a year before"),
    (r"_decayed_(\d+)d", "weight halved every {0} days"),
    (r"_(\d+)d_to_(\d+)d", "{0} to {1} days ago"),
    (r"_(\d+)d", "last {0} days"),
    (r"_ever", "all time"),
    (r"_horizon", "within the horizon"),
)
# How the rest of a name ends, and what it says instead.
KINDS = (
    ("_last_to_mean", "last of {} compared with the mean"),
    ("_count", "number of {}"),
    ("_sum", "total {}"),
    ("_avg", "mean {}"),
    ("_mean", "mean {}"),
    ("_median", "median {}"),
    ("_max", "largest {}"),
    ("_share", "share of {}"),
    ("_slope", "trend of {}"),
    ("_cv", "variation of {}"),
    ("_probability", "probability of {}"),
)
MODELS = {"mbg nbd": "(MBG/NBD)", "bg nbd": "(BG/NBD)"}


def feature_label(name: str) -> str:
    """`orders_count_28d` as "number of orders, last 28 days".

    The name is read by the rules of docs/features.md; what they do not cover is shown with spaces.
    """
    rest, window = name, ""
    for ending, words in WINDOWS:
        if found := re.fullmatch(f"(.+?){ending}", name):
            rest, window = found[1], words.format(*found.groups()[1:])
            break
    if part := re.fullmatch(r"(.+)_share_(.+)", rest):
        rest = f"share of {part[1]} ({part[2]})"
    for ending, words in KINDS:
        if rest.endswith(ending):
            rest = words.format(rest.removesuffix(ending))
            break
    label = rest.replace("_", " ")
    for short, long in MODELS.items():
        label = re.sub(rf"\b{short}\b", long, label)
    return f"{label}, {window}" if window else label
