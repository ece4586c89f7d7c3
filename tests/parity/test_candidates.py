"""Every candidate, with every option, gives the same scores in SQL and scikit-learn, nulls included."""

from __future__ import annotations

import hashlib
import sys

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from dbt_retention.arrays import Matrix
from dbt_retention.duckdb_plugin import register
from dbt_retention.errors import RetentionError
from dbt_retention.registry.card import Calibration, Card
from dbt_retention.registry.store import Registry
from dbt_retention.training.blend import ChurnBlend
from dbt_retention.training.candidates import CANDIDATES, GRIDS
from dbt_retention.training.export import export_churn
from dbt_retention.training.fitting import Fitting, fit_candidate, variants
from lightgbm import LGBMClassifier
from scipy.special import expit

FEATURES = [f"feature_{number}" for number in range(20)]
ROWS, TRAINING_ROWS = 200_000, 3000
PLAIN = Fitting()
CALIBRATION = Calibration(slope=0.9, intercept=-0.3, rows=TRAINING_ROWS)


@pytest.fixture(scope="module")
def shop() -> tuple[Matrix, np.ndarray]:
    """Counts, amounts and margins of customers, 5 % of them null, and whether each customer churned."""
    rng = np.random.default_rng(11)
    silent, orders = rng.gamma(2, 15, (ROWS, 8)), rng.poisson(3, (ROWS, 8))
    margins = rng.normal(0, 100, (ROWS, 4))
    matrix = np.column_stack([silent, orders, margins]).astype(np.float32)
    churned = rng.random(ROWS) < expit(silent[:, 0] / 15 - orders[:, 0] / 2 + margins[:, 0] / 100 - 1)
    matrix[rng.random(matrix.shape) < 0.05] = np.nan
    return matrix, churned.astype(float)


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return Registry(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def connection(shop: tuple[Matrix, np.ndarray], registry: Registry) -> duckdb.DuckDBPyConnection:
    matrix, _ = shop
    columns = {name: pa.array(matrix[:, at], from_pandas=True) for at, name in enumerate(FEATURES)}
    connection = duckdb.connect()
    rows = pa.table(columns | {"customer_id": pa.array(np.arange(ROWS))})
    connection.register("arrived", rows)
    connection.execute("create table customers as select * from arrived")
    register(connection, models_path=registry.root)
    return connection


def largest_difference(
    blend: ChurnBlend, matrix: Matrix, connection: duckdb.DuckDBPyConnection, registry: Registry
) -> float:
    """The largest difference between the scores of SQL and scikit-learn."""
    onnx_bytes, parity = export_churn(blend, matrix[:500])
    digest = hashlib.sha256(onnx_bytes).hexdigest()
    card = Card(
        model="churn", version=digest[:8], kind="probability", onnx_sha256=digest, features=FEATURES,
        feature_medians=[0.0] * len(FEATURES), trained_at="2024-01-01", parity=parity, libraries={},
        intended_use="Tests.", limits="Tests only.",
    )  # fmt: skip
    registry.publish(card, onnx_bytes)
    scored = connection.sql(
        "select onnx_score('churn', c) as score from customers as c order by customer_id"
    ).to_arrow_table()
    return float(np.abs(scored["score"].to_numpy() - blend.predict(matrix)).max())


FEWER = {
    "random_forest": {"randomforestclassifier__n_estimators": 40},
    "extra_trees": {"extratreesclassifier__n_estimators": 40},
    "gradient_boosting": {"max_iter": 60},
    "lightgbm": {"n_estimators": 60},
    "xgboost": {"n_estimators": 60},
}


def members(names: list[str], shop: tuple[Matrix, np.ndarray], how: Fitting = PLAIN) -> dict[str, object]:
    """The candidates, fitted on the first rows with fewer trees, so that the test takes seconds."""
    matrix, churned = (part[:TRAINING_ROWS] for part in shop)
    found = {}
    for name in names:

        def fresh(name: str = name) -> object:
            return CANDIDATES[name]().set_params(**FEWER.get(name, {}))

        for number, one in enumerate(fit_candidate(fresh, matrix, churned, how=how)):
            found[f"{name}/{number}"] = one
    return found


@pytest.mark.parametrize("name", CANDIDATES)
def test_every_candidate_scores_200_000_rows_in_sql_as_in_scikit_learn(
    name: str, shop: tuple[Matrix, np.ndarray], connection: duckdb.DuckDBPyConnection, registry: Registry
) -> None:
    matrix, churned = (part[:TRAINING_ROWS] for part in shop)
    [fitted] = fit_candidate(CANDIDATES[name], matrix, churned, how=PLAIN)
    blend = ChurnBlend(members={name: fitted}, calibration=CALIBRATION)
    assert largest_difference(blend, shop[0], connection, registry) <= 1e-5


def test_lightgbm_splits_neighbouring_values_the_same_in_onnx() -> None:
    """At 1e8, float32 neighbours are 8 apart: half of all midpoints would be rounded up."""
    rng = np.random.default_rng(0)
    steps = rng.integers(0, 400, (TRAINING_ROWS, 3))
    matrix = (1e8 + 8 * steps).astype(np.float32)
    matrix[0] = 1.01e8  # one row far away: a column that hardly varies would have one value in the fit
    churned = (rng.random(TRAINING_ROWS) < expit((steps[:, 0] - 200) / 50)).astype(float)
    exact = LGBMClassifier(**CANDIDATES["lightgbm"]().get_params()).fit(matrix, churned)
    [rounded] = fit_candidate(CANDIDATES["lightgbm"], matrix, churned, how=PLAIN)
    np.testing.assert_array_equal(rounded.predict_proba(matrix), exact.predict_proba(matrix))
    _, parity = export_churn(ChurnBlend(members={"lightgbm": rounded}, calibration=CALIBRATION), matrix)
    assert parity.max_difference <= 1e-5


@pytest.mark.parametrize("name", ["lightgbm", "xgboost"])
def test_a_candidate_whose_packages_are_not_installed_says_what_to_install(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "dbt_retention.training.boosting", raising=False)
    monkeypatch.setitem(sys.modules, "onnxmltools", None)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(
        RetentionError, match=rf"{name} needs packages .*pip install 'dbt-retention\[boosting\]'"
    ):
        CANDIDATES[name]()


def test_the_blend_of_all_scores_in_sql_as_in_scikit_learn(
    shop: tuple[Matrix, np.ndarray], connection: duckdb.DuckDBPyConnection, registry: Registry
) -> None:
    blend = ChurnBlend(members=members(list(CANDIDATES), shop), calibration=CALIBRATION)
    assert largest_difference(blend, shop[0], connection, registry) <= 1e-5


@pytest.mark.parametrize(
    "how",
    [
        Fitting(class_weights="balanced"),
        Fitting(feature_selection="importance"),
        Fitting(feature_selection="rfe"),
        Fitting(feature_selection="lasso"),
        Fitting(pca_variance=0.9),
        Fitting(imputations=3),
        Fitting("balanced", "importance", 0.8, 2),
    ],
    ids=lambda how: "-".join(str(value) for value in vars(how).values()),
)
def test_every_option_of_every_candidate_keeps_parity(how: Fitting, shop: tuple[Matrix, np.ndarray]) -> None:
    imputing = how.imputations > 1  # slow
    names = ["logistic_regression", "random_forest", "gradient_boosting"] if imputing else list(CANDIDATES)
    found = members(names, shop, how)
    assert len(found) == how.imputations * len(names)
    for name, one in found.items():
        _, parity = export_churn(ChurnBlend(members={name: one}, calibration=CALIBRATION), shop[0][:5000])
        assert parity.max_difference <= 1e-5, name


def test_every_setting_of_the_grids_is_one_that_its_candidate_has() -> None:
    assert GRIDS.keys() == CANDIDATES.keys()
    for name, settings, fresh in variants(list(CANDIDATES), tuning=True):
        parameters = fresh().get_params()
        assert settings.items() <= parameters.items(), name
        default = CANDIDATES[name]().get_params()
        assert all(default[key] in GRIDS[name][key] for key in settings), f"{name}: the default is not tried"


@pytest.mark.parametrize("method", ["importance", "rfe", "lasso"])
def test_feature_selection_keeps_signal_and_drops_noise(method: str, shop: tuple[Matrix, np.ndarray]) -> None:
    matrix, churned = (part[:TRAINING_ROWS] for part in shop)
    [chosen] = fit_candidate(
        CANDIDATES["logistic_regression"], matrix, churned, how=Fitting(feature_selection=method)
    )
    kept = set(chosen.named_steps["chosen"].columns_)
    assert {0, 8, 16} <= kept, "the feature that decides churn"
    assert len(kept) <= 10
