"""Clusters customers: number of segments, centres, their tree, and which segment keeps its name.

A matrix holds percentiles (0 lowest, 1 highest), shape (customers, features).
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Literal

import numpy as np
from scipy.cluster.hierarchy import ClusterNode, linkage, to_tree
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.impute import SimpleImputer
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.pipeline import Pipeline, make_pipeline

from dbt_retention.arrays import Floats, Matrix
from dbt_retention.registry.card import STABLE, Branch, SegmentCount
from dbt_retention.training import RANDOM_STATE

Algorithm = Literal["kmeans", "ward"]

COUNTS = (3, 4, 5, 6)
USUAL_COUNT = 4
BOOTSTRAPS = 10
SAMPLE = 2000  # customers; the number of Ward's distances grows with its square
KEEPS_ITS_NAME = 0.15  # largest Euclidean distance in percentiles at which a segment keeps its name
TIE_BREAK = 1e-4  # in percentiles


def choose_count(matrix: Matrix, *, algorithm: Algorithm) -> tuple[int, list[SegmentCount]]:
    """The number of segments, 3 to 6, and the figures of each number that was tried.

    The best silhouette among the stable numbers; 4 where none is stable. A number is stable where the
    segments of ten bootstrap samples, applied to the same customers, agree (mean pairwise adjusted Rand index
    of 0.8 or more). Numbers above the number of distinct rows are not tried. Sources: Hubert & Arabie (1985),
    Comparing Partitions; Rousseeuw (1987), Silhouettes.
    """
    rng = np.random.default_rng(RANDOM_STATE)
    rows = _complete(matrix[rng.permutation(len(matrix))[:SAMPLE]])
    draws = [rows[rng.integers(0, len(rows), len(rows))] for _ in range(BOOTSTRAPS)]
    most = min(len(np.unique(draw, axis=0)) for draw in draws)
    found = [_tried(rows, draws, count=count, algorithm=algorithm) for count in COUNTS if count <= most]
    stable = [one for one in found if one.stability >= STABLE]
    if not stable:
        return min(USUAL_COUNT, len(np.unique(rows, axis=0))), found
    return max(stable, key=lambda one: (round(one.silhouette, 6), -one.segment_count)).segment_count, found


def fit_segments(matrix: Matrix, *, count: int, algorithm: Algorithm) -> Pipeline:
    """A fitted pipeline: median for null, then the nearest of `count` centres.

    The matrix must have at least `count` distinct rows.
    """
    imputer = SimpleImputer(strategy="median", keep_empty_features=True).fit(matrix)
    centres = _centres(imputer.transform(matrix), count=count, algorithm=algorithm)
    kmeans = KMeans(n_clusters=count, init=centres, n_init=1, max_iter=1).fit(centres)
    kmeans.cluster_centers_ = centres
    return make_pipeline(imputer, kmeans)


def named_places(centres: Floats, known: Floats) -> Floats:
    """The place from which each segment gets its name: its own centre, or the place of a known segment.

    centres, known: shape (segments, features); known are the places of the last model. Centres are matched
    one to one with known places; a match within 0.15 keeps the place. So a name survives retraining, and a
    segment that moves away in small steps gets a new name.
    """
    places = centres.copy()
    if len(known):
        distances = cdist(centres, known)
        for at, known_at in zip(*linear_sum_assignment(distances), strict=True):
            if distances[at, known_at] <= KEEPS_ITS_NAME:
                places[at] = known[known_at]
    return places


def put_in_order(pipeline: Pipeline, places: Floats) -> Floats:
    """Renumber the centres by the mean of their places, descending, and return the places in that order.

    Each centre is also moved by a tiny amount. Percentiles form a grid, so a customer can be at the same
    distance from two centres, and the last bit of each engine would decide. Now the better segment wins.
    """
    kmeans: KMeans = pipeline[-1]
    order = np.argsort(-places.mean(axis=1), kind="stable")
    apart = (TIE_BREAK * np.arange(len(order))).astype(kmeans.cluster_centers_.dtype)[:, None]
    kmeans.cluster_centers_ = np.ascontiguousarray(kmeans.cluster_centers_[order] - apart)
    return np.asarray(places[order])


def branches(centres: Floats) -> list[Branch]:
    """The place of each centre in Ward's tree of all centres, in their order.

    A path such as '1.2' starts at the root; of two branches, branch 1 contains the segment with the lowest
    number. Segments whose paths have the same beginning are similar. Source: Ward (1963), Hierarchical
    Grouping to Optimize an Objective Function.
    """
    found: dict[int, Branch] = {}

    def walk(node: ClusterNode, path: tuple[int, ...], distance: float) -> None:
        if node.is_leaf():
            found[node.id] = Branch(path=".".join(map(str, path)), distance=distance)
            return
        for number, child in enumerate(
            sorted((node.left, node.right), key=lambda one: min(one.pre_order())), 1
        ):
            walk(child, (*path, number), float(node.dist))

    walk(to_tree(linkage(centres, method="ward")), (), 0.0)
    return [found[at] for at in range(len(centres))]


def _tried(rows: Floats, draws: list[Floats], *, count: int, algorithm: Algorithm) -> SegmentCount:
    labels = [_nearest(rows, _centres(draw, count=count, algorithm=algorithm)) for draw in draws]
    agreement = [adjusted_rand_score(one, other) for one, other in combinations(labels, 2)]
    own = _nearest(rows, _centres(rows, count=count, algorithm=algorithm))
    return SegmentCount(
        segment_count=count,
        stability=float(np.mean(agreement)),
        silhouette=float(silhouette_score(rows, own)) if len(np.unique(own)) > 1 else -1.0,
        smallest_share=float(np.bincount(own, minlength=count).min() / len(own)),
    )


def _centres(rows: Floats, *, count: int, algorithm: Algorithm) -> Floats:
    """Centres of K-means, or the means of Ward's clusters of a sample, shape (count, features)."""
    if algorithm == "kmeans":
        return np.asarray(KMeans(count, n_init=10, random_state=RANDOM_STATE).fit(rows).cluster_centers_)
    sample = rows[np.random.default_rng(RANDOM_STATE).permutation(len(rows))[:SAMPLE]]
    labels = AgglomerativeClustering(count, linkage="ward").fit_predict(sample)
    return np.array([sample[labels == label].mean(axis=0) for label in range(count)])


def _nearest(rows: Floats, centres: Floats) -> Any:
    return cdist(rows, centres).argmin(axis=1)


def _complete(matrix: Matrix) -> Floats:
    filled = SimpleImputer(strategy="median", keep_empty_features=True).fit_transform(matrix)
    return np.asarray(filled)
