"""Training uses only earlier data, refuses too little data, and keeps a valid champion."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute
import pytest
from dbt_retention.arrays import Matrix
from dbt_retention.errors import DbtModelError, ExportParityError, RetentionError, TrainingDataError
from dbt_retention.registry.card import Parity
from dbt_retention.registry.explain import group_contributions
from dbt_retention.registry.feature_label import feature_label
from dbt_retention.registry.readme import readme_of
from dbt_retention.registry.scoring import load
from dbt_retention.registry.store import Registry, read_card
from dbt_retention.training import churn
from dbt_retention.training.blend import ChurnBlend
from dbt_retention.training.candidates import CANDIDATES
from dbt_retention.training.churn import train_churn
from dbt_retention.training.churn_table import no_churn_model
from dbt_retention.training.dbt_model import run_dbt_model
from dbt_retention.training.fitting import Fitting, fit_candidate
from dbt_retention.training.selection import champion_of, time_folds
from dbt_retention.training.versions import churn_importance, churn_versions
from models import FEATURES, customers
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_info

SETTINGS: dict[str, Any] = {
    "training_policy": "if_missing",
    "input_orders": "orders",
    "churn_definition": "fixed_horizon",
    "personal_cadence_multiple": 3,
    "personal_cadence_min_days": 14,
    "spend_decline_share": 0.5,
    "lookback_days": 84,
    "churn_candidates": ["logistic_regression"],
    "min_buyers": 500,
    "min_history_days": 180,
    "min_training_churners": 200,
}
DAYS = [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1), date(2024, 4, 1)]
TEST_DAY = date(2024, 5, 1)


def training_set(
    rows: int = 600,
    *,
    days: list[date] | None = None,
    test_day: date = TEST_DAY,
    horizon_days: int = 28,
    history_days: int = 400,
    drifted: int = 0,
) -> pa.Table:
    parts = []
    for number, day in enumerate([*(days or DAYS), test_day]):
        matrix, churned = customers(rows, seed=number)
        columns = {name: pa.array(matrix[:, at]) for at, name in enumerate(FEATURES)}
        parts.append(
            pa.table(
                {
                    "customer_id": pa.array([f"C{row}" for row in range(rows)]),
                    "as_of_date": pa.array([day] * rows),
                    "split": pa.array(["test" if day == test_day else "train"] * rows),
                    "is_churned": pa.array(churned == 1),
                    "churn_horizon_days": pa.array([horizon_days] * rows),
                    "history_days": pa.array([history_days] * rows),
                    "buyers_count": pa.array([rows] * rows),
                    "drifted_features_count": pa.array([drifted] * rows),
                }
                | columns
            )
        )
    return pa.concat_tables(parts)


def test_auto_trains_on_drift_and_decay_once(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    auto = SETTINGS | {"training_policy": "auto"}
    train_churn(training_set(), settings=auto, registry=registry)
    first = registry.champion_card("churn")
    assert first is not None
    assert first.trained_because == "there was no champion"

    def version_after(rows: pa.Table) -> str:
        version: str = train_churn(rows, settings=auto, registry=registry)["model_version"][0].as_py()
        return version

    # Drift without a newer training date does not retrain, nor does a newer date without drift.
    newer: dict[str, Any] = {"days": [*DAYS, date(2024, 5, 1)], "test_day": date(2024, 6, 1)}
    assert version_after(training_set(drifted=3)) == first.version
    assert version_after(training_set(**newer)) == first.version
    second = version_after(training_set(**newer, drifted=3))
    assert second != first.version
    card = registry.champion_card("churn")
    assert card is not None
    assert card.trained_because == "3 of 3 features have drifted (100%; 25% is the limit)"
    assert version_after(training_set(**newer, drifted=3)) == second

    # On the newest closed date the customers that the champion predicted to stay have churned.
    latest: dict[str, Any] = {"days": [*newer["days"], date(2024, 6, 1)], "test_day": date(2024, 7, 1)}
    rows = training_set(**latest)
    is_test = pa.compute.equal(rows["split"], "test")
    turned = pa.compute.if_else(is_test, pa.compute.invert(rows["is_churned"]), rows["is_churned"])
    third = version_after(rows.set_column(rows.column_names.index("is_churned"), "is_churned", turned))
    assert third != second
    card = registry.champion_card("churn")
    assert card is not None
    assert "the AUC on 2024-07-01 is 0.1" in card.trained_because
    assert "the calibration error on 2024-07-01 is 0." in card.trained_because
    assert registry.cards("churn")[0].version == first.version


def test_folds_train_only_on_labels_closed_before_they_validate() -> None:
    days = np.array(DAYS, dtype="datetime64[D]")
    assert time_folds(days, horizon_days=28) == [
        (DAYS[0], DAYS[1]),
        (DAYS[1], DAYS[2]),
        (DAYS[2], DAYS[3]),
    ]
    assert time_folds(days, horizon_days=60) == [(DAYS[0], DAYS[2]), (DAYS[1], DAYS[3])]
    assert time_folds(days[:1], horizon_days=28) == []


def test_short_histories_are_validated_on_other_customers(tmp_path: Path) -> None:
    """Labels that only a customer's own other dates predict: other customers give no information."""
    days = np.array(DAYS, dtype="datetime64[D]")
    assert time_folds(days, horizon_days=200) == [(DAYS[2], DAYS[3])]
    rows, dates = 600, 5
    whose = np.tile(np.random.default_rng(0).permutation(rows), dates)
    known = pa.array(np.tile(np.random.default_rng(1).random(rows) < 0.5, dates))
    trees = SETTINGS | {"churn_candidates": ["gradient_boosting"]}
    found = {}
    for horizon in (28, 200):
        own = training_set(rows, horizon_days=horizon).drop_columns([*FEATURES, "is_churned"])
        own = own.append_column("whose", pa.array(whose.astype(float))).append_column("is_churned", known)
        table = train_churn(own, settings=trees, registry=Registry(tmp_path / str(horizon)))
        found[horizon] = table.to_pylist()[0]["validation_auc"]
    assert found[28] > 0.65, "closed windows: older dates of the same customer may be used"
    assert found[200] < 0.56, "overlapping windows: only other customers were used"


def test_one_champion_and_the_blend_among_the_candidates(tmp_path: Path) -> None:
    both = SETTINGS | {"churn_candidates": ["logistic_regression", "gradient_boosting"]}
    table = train_churn(training_set(), settings=both, registry=Registry(tmp_path)).to_pylist()
    assert [row["candidate"] for row in table] == ["logistic_regression", "gradient_boosting", "blend"]
    assert sum(row["is_champion"] for row in table) == 1
    best = min(table, key=lambda row: row["validation_log_loss"])
    assert best["is_champion"]
    assert all(row["validation_auc"] > 0.7 for row in table)


def test_a_feature_without_values_does_not_change_the_model(tmp_path: Path) -> None:
    """Orders alone leave columns empty; a column may also have values only after the training dates."""
    rows = training_set()
    empty = pa.array([None] * len(rows), pa.float32())
    late = pa.array([None if day < TEST_DAY else 1.0 for day in rows["as_of_date"].to_pylist()], pa.float32())
    candidates = {"churn_candidates": ["logistic_regression", "gradient_boosting"]}
    settings = SETTINGS | candidates
    plain = train_churn(rows, settings=settings, registry=Registry(tmp_path / "plain"))
    with_empty = rows.append_column("empty", empty).append_column("late", late)
    padded = train_churn(with_empty, settings=settings, registry=Registry(tmp_path / "padded"))
    losses = {
        name: dict(zip(table["candidate"].to_pylist(), table["validation_log_loss"].to_pylist(), strict=True))
        for name, table in (("plain", plain), ("padded", padded))
    }
    linear, trees = "logistic_regression", "gradient_boosting"
    assert losses["padded"][linear] == pytest.approx(losses["plain"][linear], rel=1e-6)
    # Trees sample the features of each split, so an extra column changes the sample; the fit is as good.
    assert losses["padded"][trees] == pytest.approx(losses["plain"][trees], rel=0.01)


def test_a_valid_champion_is_kept(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    first = train_churn(training_set(), settings=SETTINGS, registry=registry)
    written = (tmp_path / "churn" / "champion.json").stat().st_mtime_ns
    assert train_churn(training_set(), settings=SETTINGS, registry=registry) == first
    never = SETTINGS | {"training_policy": "never"}
    assert train_churn(training_set(horizon_days=30), settings=never, registry=registry) == first
    assert (tmp_path / "churn" / "champion.json").stat().st_mtime_ns == written


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        ({}, training_set(horizon_days=21)),
        ({"churn_definition": "personal_cadence"}, training_set()),
        ({"input_orders": "other_orders"}, training_set()),
        ({}, training_set().drop_columns([FEATURES[2]])),
        ({}, training_set(days=DAYS[:3], test_day=date(2024, 4, 1))),
        ({"training_policy": "always"}, training_set()),
    ],
    ids=[
        "other horizon",
        "other definition",
        "other shop",
        "other features",
        "champion saw the test labels",
        "always",
    ],
)
def test_an_invalid_champion_is_replaced(tmp_path: Path, change: dict[str, Any], rows: pa.Table) -> None:
    registry = Registry(tmp_path)
    train_churn(training_set(), settings=SETTINGS, registry=registry)
    marks = [
        folder / "from the first training" for folder in (tmp_path / "churn").iterdir() if folder.is_dir()
    ]
    marks[0].touch()
    train_churn(rows, settings=SETTINGS | change, registry=registry)
    champion = registry.champion_folder("churn")
    assert champion is not None
    assert not (champion / marks[0].name).exists(), "the champion is the old one"


def test_a_champion_without_a_profit_threshold_is_retrained_or_refused(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    train_churn(training_set(), settings=SETTINGS, registry=registry)
    folder = registry.champion_folder("churn")
    assert folder is not None
    card = read_card(folder)
    old = card.model_copy(update={"decisions": {}, "profit_assumptions": None})
    (folder / "card.json").write_text(old.model_dump_json())
    with pytest.raises(RetentionError, match=r"no threshold best_profit.*retention train"):
        train_churn(training_set(), settings=SETTINGS | {"training_policy": "never"}, registry=registry)
    found = train_churn(training_set(), settings=SETTINGS, registry=registry)
    assert found["profit_threshold"][0].as_py() == card.decisions["best_profit"].threshold


def test_a_var_of_another_churn_definition_keeps_the_champion(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    cadence = SETTINGS | {"churn_definition": "personal_cadence"}
    train_churn(training_set(), settings=cadence, registry=registry)
    [folder] = [folder for folder in (tmp_path / "churn").iterdir() if folder.is_dir()]
    (folder / "mark").touch()
    train_churn(training_set(), settings=cadence | {"spend_decline_share": 0.9}, registry=registry)
    assert (folder / "mark").exists()
    train_churn(training_set(), settings=cadence | {"personal_cadence_multiple": 4}, registry=registry)
    assert not (folder / "mark").exists()


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ("fixed_horizon", "makes no purchase in the next 28 days"),
        ("personal_cadence", "silent for longer than 3 times the usual gap"),
        ("spend_decline", "spends less than 50% of the customer's own usual amount in the next 28 days"),
    ],
)
def test_the_card_describes_the_churn_definition(tmp_path: Path, definition: str, words: str) -> None:
    registry = Registry(tmp_path)
    train_churn(training_set(), settings=SETTINGS | {"churn_definition": definition}, registry=registry)
    card = registry.champion_card("churn")
    assert card is not None
    assert words in card.intended_use
    assert definition in readme_of(card)


def test_a_version_has_plots_and_the_same_data_give_the_same_plots(tmp_path: Path) -> None:
    drawn = []
    for name in ("a", "b"):
        registry = Registry(tmp_path / name)
        train_churn(training_set(), settings=SETTINGS, registry=registry)
        folder = registry.champion_folder("churn")
        assert folder is not None
        drawn.append({path.name: path.read_bytes() for path in folder.glob("*.png")})
    assert sorted(drawn[0]) == [
        "calibration.png", "importance.png", "lift.png", "precision_recall.png", "roc.png"
    ]  # fmt: skip
    assert drawn[0] == drawn[1]
    readme = (folder / "README.md").read_text()
    assert all(f"]({name})" in readme for name in drawn[0])
    card = registry.champion_card("churn")
    assert card is not None
    assert next(iter(card.importance)) == FEATURES[0], "time without orders decides churn"
    assert f"| `{FEATURES[0]}` | {feature_label(FEATURES[0])} | " in readme
    assert all(len(words) > 20 for words in re.findall(r"!\[(.*?)\]", readme)), "each picture has an alt text"


def test_matplotlib_is_imported_only_for_plots() -> None:
    modules = "sys, dbt_retention.training.churn, dbt_retention.duckdb_plugin"
    words = f"import {modules}; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0


def test_tuning_tries_the_grid_on_the_folds_and_the_card_shows_the_best(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    plain = train_churn(training_set(), settings=SETTINGS, registry=Registry(tmp_path / "plain"))
    tuned = train_churn(training_set(), settings=SETTINGS | {"churn_tuning": True}, registry=registry)
    card = registry.champion_card("churn")
    assert card is not None
    assert card.candidates[0].tuned.keys() == {"logisticregression__C"}
    assert tuned["validation_log_loss"][0].as_py() <= plain["validation_log_loss"][0].as_py()


@pytest.mark.parametrize(
    "option",
    [
        {"churn_class_weights": "balanced"},
        {"churn_feature_selection": "importance"},
        {"churn_pca_variance": 0.9},
        {"churn_imputations": 2},
    ],
    ids=lambda option: next(iter(option)),
)
def test_with_any_option_probabilities_stay_calibrated(tmp_path: Path, option: dict[str, Any]) -> None:
    registry = Registry(tmp_path)
    train_churn(training_set(), settings=SETTINGS | option, registry=registry)
    card = registry.champion_card("churn")
    assert card is not None
    assert card.test_metrics["auc"].value > 0.75
    assert card.test_metrics["expected_calibration_error"].value < 0.06
    assert card.features == FEATURES


def test_the_same_data_give_the_same_version(tmp_path: Path) -> None:
    rows = training_set()
    tables = [train_churn(rows, settings=SETTINGS, registry=Registry(tmp_path / name)) for name in ("a", "b")]
    assert tables[0] == tables[1]


def test_a_training_date_without_churners_forms_no_fold(tmp_path: Path) -> None:
    """A soft launch: all of the first customers stayed, and the first fold has only these."""
    rows = training_set()
    is_first = pa.compute.equal(rows["as_of_date"], pa.scalar(DAYS[0]))
    stayed = pa.compute.and_not(rows["is_churned"], is_first)
    rows = rows.set_column(rows.column_names.index("is_churned"), "is_churned", stayed)
    settings = SETTINGS | {"churn_candidates": ["logistic_regression", "support_vector_linear"]}
    table = train_churn(rows, settings=settings, registry=Registry(tmp_path))
    assert table["training_rows_count"][0].as_py() == 2400
    few = rows.filter(pa.compute.is_in(rows["as_of_date"], pa.array([*DAYS[:2], TEST_DAY])))
    with pytest.raises(TrainingDataError, match="predicted by older ones with at least 10 churned"):
        train_churn(few, settings=SETTINGS, registry=Registry(tmp_path / "few"))


def test_auto_keeps_a_champion_without_training_dates(tmp_path: Path) -> None:
    rows, settings = training_set(), SETTINGS | {"training_policy": "auto"}
    before = train_churn(rows, settings=settings, registry=Registry(tmp_path))
    only_test = rows.filter(pa.compute.equal(rows["split"], "test"))
    assert train_churn(only_test, settings=settings, registry=Registry(tmp_path)) == before


def labelled(churned: bool) -> pa.Table:
    """The training set of a shop in which all customers churned, or none."""
    rows = training_set()
    at = rows.schema.get_field_index("is_churned")
    return rows.set_column(at, "is_churned", pa.array([churned] * len(rows)))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (training_set(100), "100 customers .at least 500."),
        (training_set(history_days=179), "179 days of history .at least 180."),
        (training_set(days=[DAYS[0]]), "none can be predicted by older ones"),
        (training_set().slice(0, 2400), "no test date has a closed label window"),
        (labelled(True), "churned and 0 stayed .at least 200 of each"),
        (labelled(False), "0 churned and [0-9]+ stayed .at least 200 of each"),
    ],
    ids=["few customers", "short history", "one date", "no test date", "all churned", "none churned"],
)
def test_too_little_data_is_refused_and_no_version_is_published(
    tmp_path: Path, rows: pa.Table, words: str
) -> None:
    with pytest.raises(TrainingDataError, match=words):
        train_churn(rows, settings=SETTINGS, registry=Registry(tmp_path))
    assert not list(tmp_path.rglob("*"))


def test_a_valid_champion_is_kept_when_the_data_do_not_suffice(tmp_path: Path) -> None:
    """The table gives the reason why no new one was trained. Other features would replace it."""
    registry = Registry(tmp_path)
    before = train_churn(training_set(), settings=SETTINGS, registry=registry)
    assert before["not_trained_because"].null_count == len(before)
    always = SETTINGS | {"training_policy": "always"}
    after = train_churn(training_set(100), settings=always, registry=registry)
    assert after["model_version"] == before["model_version"]
    [reason] = set(after["not_trained_because"].to_pylist())
    assert "100 customers (at least 500)" in reason
    no_test_date = training_set().slice(0, 2400)
    assert train_churn(no_test_date, settings=SETTINGS, registry=registry) == before
    other = training_set(100).append_column("new", pa.array([1.0] * 500, pa.float32()))
    with pytest.raises(TrainingDataError, match="100 customers"):
        train_churn(other, settings=always, registry=registry)


def test_a_table_explains_why_no_model_was_trained(tmp_path: Path) -> None:
    """Without enough data a training model does not fail, and its table shows no champion."""

    def refuse(rows: pa.Table, **given: Any) -> pa.Table:
        raise TrainingDataError("too little data")

    with duckdb.connect() as connection:
        connection.execute(f"create macro onnx_models_path() as '{tmp_path}'")
        rows = connection.sql("select 'A' as customer_id, date '2024-01-01' as as_of_date")
        found = run_dbt_model(refuse, rows, session=connection, settings={}, if_refused=no_churn_model)
        with pytest.raises(DbtModelError, match="too little data"):
            run_dbt_model(refuse, rows, session=connection, settings={})
    [row] = found.to_pylist()
    assert {name: value for name, value in row.items() if value is not None} == {
        "model": "churn",
        "is_champion": False,
        "not_trained_because": "too little data",
    }
    trained = train_churn(training_set(), settings=SETTINGS, registry=Registry(tmp_path))
    assert trained.schema == found.schema
    given: dict[str, Any] = {"settings": {}, "registry": Registry(tmp_path)}
    assert churn_versions(found, **given)["role"].to_pylist() == ["earlier"]
    assert len(churn_importance(found, **given)) == 0


def test_a_column_that_is_constant_in_float32_is_excluded(tmp_path: Path) -> None:
    """With .9999 for all customers, scaled rounding errors would exceed the parity gate."""
    rows = training_set()
    level = 1 - 4e-5 * np.random.default_rng(4).random(len(rows))
    padded = rows.append_column("alive", pa.array(level)).append_column("one", pa.array(np.ones(len(rows))))
    train_churn(padded, settings=SETTINGS, registry=Registry(tmp_path))
    card = Registry(tmp_path).champion_card("churn")
    assert card is not None
    assert card.left_out_features == ["alive"]
    assert "one" in card.features


def test_a_column_that_is_filled_later_breaks_no_model_and_is_used(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    rows = training_set()
    empty = rows.append_column("rating", pa.array([None] * len(rows), pa.float64()))
    filled = rows.append_column("rating", pa.array(np.arange(len(rows)) % 5, pa.float64()))
    first = train_churn(empty, settings=SETTINGS, registry=registry)
    card = registry.champion_card("churn")
    assert card is not None
    assert card.left_out_features == ["rating"]
    assert "rating" not in card.features
    model = load(registry.version_folder("churn", card.version))
    assert model.matrix(filled).shape == (len(rows), len(FEATURES))
    groups = [["rating"], [FEATURES[0]]]
    assert group_contributions(model, model.matrix(filled)[:5], groups)[:, 0] == pytest.approx(0)
    assert train_churn(empty, settings=SETTINGS, registry=registry) == first
    never = SETTINGS | {"training_policy": "never"}
    assert train_churn(filled, settings=never, registry=registry) == first
    second = train_churn(filled, settings=SETTINGS, registry=registry)
    assert second["features_count"][0].as_py() == len(FEATURES) + 1
    assert train_churn(empty, settings=SETTINGS, registry=registry) == second, "empty again: it stays"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"min_buyers": "many"}, "min_buyers is 'many'"),
        ({"churn_candidates": []}, "churn_candidates is"),
        ({"training_policy": "daily"}, "training_policy is 'daily'"),
        ({"churn_definition": "mood"}, "churn_definition is 'mood'"),
        ({"churn_class_weights": "heavy"}, "churn_class_weights is 'heavy'"),
        ({"churn_feature_selection": "best"}, "churn_feature_selection is 'best'"),
        ({"churn_pca_variance": 2}, "churn_pca_variance is '2'"),
        ({"churn_imputations": 0}, "churn_imputations is '0'"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(RetentionError, match=words):
        train_churn(training_set(50), settings=SETTINGS | wrong, registry=Registry(tmp_path))


def test_lightgbm_and_xgboost_may_be_champion_and_the_card_names_their_versions(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    names = ["lightgbm", "xgboost"]
    found = train_churn(training_set(), settings=SETTINGS | {"churn_candidates": names}, registry=registry)
    assert found["candidate"].to_pylist() == [*names, "blend"]
    card = registry.champion_card("churn")
    assert card is not None
    assert card.test_metrics["auc"].value > 0.75
    assert {"lightgbm", "xgboost"} & card.libraries.keys()


def test_the_blend_is_champion_unless_a_candidate_leads_clearly() -> None:
    rng = np.random.default_rng(0)
    labels = (rng.random(2000) < 0.2).astype(float)
    single = np.where(rng.random(2000) < 0.5, 0.15, 0.25)

    def chosen(blend: np.ndarray) -> str:
        calibrated = {"logistic_regression": single, "blend": blend}
        losses = {name: {"log_loss": log_loss(labels, scores)} for name, scores in calibrated.items()}
        return champion_of(labels, calibrated, losses)

    alike = single.copy()
    alike[np.flatnonzero((labels == 1) & (single == 0.15))[:40]] = 0.25
    alike[np.flatnonzero((labels == 1) & (single == 0.25))[:45]] = 0.15
    assert log_loss(labels, alike) > log_loss(labels, single)
    assert chosen(alike) == "blend", "45 against 40 is within chance"
    assert chosen(np.full(2000, 0.5)) == "logistic_regression"


def test_isotonic_calibration_is_used_if_the_parity_gate_passes(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    settings = SETTINGS | {"churn_calibration": "isotonic"}
    train_churn(training_set(), settings=settings, registry=registry)
    card = registry.champion_card("churn")
    assert card is not None
    assert card.calibration is not None
    assert card.parity.max_difference <= 1e-5
    shares = [share for _, share in card.calibration.knots]
    assert len(shares) > 5
    assert shares == sorted(shares)
    assert "**Calibration.** isotonic" in readme_of(card)
    assert card.test_metrics["expected_calibration_error"].value < 0.06


def test_the_sigmoid_is_used_if_the_parity_gate_refuses_isotonic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(tmp_path)
    real = churn.export_churn

    def strict(blend: ChurnBlend, matrix: Matrix) -> tuple[bytes, Parity]:
        if blend.calibration.knots:
            raise ExportParityError("too steep")
        return real(blend, matrix)

    monkeypatch.setattr(churn, "export_churn", strict)
    settings = SETTINGS | {"churn_calibration": "isotonic"}
    train_churn(training_set(), settings=settings, registry=registry)
    card = registry.champion_card("churn")
    assert card is not None
    assert card.calibration is not None
    assert card.calibration.method == "sigmoid"
    assert "sigmoid, on 1,800 rows. Isotonic was configured, but failed the parity gate." in readme_of(card)


def test_few_rows_are_trained_by_one_thread(tmp_path: Path) -> None:
    seen: list[int] = []

    def train(rows: pa.Table, **given: Any) -> pa.Table:
        seen.extend(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp")
        return rows

    with duckdb.connect() as connection:
        connection.execute(f"create macro onnx_models_path() as '{tmp_path}'")
        rows = connection.sql("select 'A' as customer_id, date '2024-01-01' as as_of_date")
        run_dbt_model(train, rows, session=connection, settings={})
    assert seen
    assert set(seen) == {1}


@pytest.mark.parametrize("name", ["extra_trees", "random_forest"])
def test_forests_grown_on_all_cores_equal_those_grown_on_one(name: str) -> None:
    """Scores are added tree by tree: another order would differ in the last digit."""
    random = np.random.default_rng(7)
    matrix = random.normal(size=(2_000, 5)).astype(np.float32)
    churned = (matrix[:, 0] + random.normal(size=2_000) > 0).astype(float)
    [grown] = fit_candidate(CANDIDATES[name], matrix, churned, how=Fitting())
    alone = CANDIDATES[name]().fit(matrix, churned)
    assert grown.steps[-1][1].n_jobs is None
    assert np.array_equal(grown.predict_proba(matrix), alone.predict_proba(matrix))
