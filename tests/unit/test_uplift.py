"""Uplift is learned where it exists, scored in SQL, and not found where it does not exist."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from dbt_retention.duckdb_plugin import register
from dbt_retention.registry.store import Registry
from dbt_retention.training.contacts import Contacts
from dbt_retention.training.qini import qini
from dbt_retention.training.uplift import NO_BETTER, TOO_FEW, TRAINED, UPLIFT, train_uplift

SETTINGS = {"training_policy": "if_missing", "input_orders": "orders"}
ROWS = 6000


def contacts(*, effect: float) -> pa.Table:
    """Half are treated; a contact keeps customers with `trait` above 0 and drives the others away."""
    rng = np.random.default_rng(5)
    trait, other = rng.normal(size=(2, ROWS))
    treated = rng.random(ROWS) < 0.5
    stays = 0.6 + 0.1 * np.tanh(other) + effect * np.sign(trait) * treated
    return pa.table(
        {
            "customer_id": [f"C{number}" for number in range(ROWS)],
            "as_of_date": [date(2024, 3, 1)] * ROWS,
            "campaign_id": ["K1"] * ROWS,
            "action": ["offer"] * ROWS,
            "is_treated": treated,
            "is_retained": rng.random(ROWS) < stays,
            "treated_share": np.full(ROWS, treated.mean()),
            "trait": trait,
            "other": other,
            "is_action_offer": np.ones(ROWS),
        }
    )


def test_customers_driven_away_by_a_contact_are_sleeping_dogs_in_sql(tmp_path: Path) -> None:
    rows = contacts(effect=0.15)
    found = train_uplift(rows, settings=SETTINGS, registry=Registry(tmp_path)).to_pylist()
    [champion] = [row for row in found if row["is_champion"] and row["action"] == "offer"]
    assert (champion["status"], champion["beats_chance"], len(found)) == (TRAINED, True, 6)
    assert 0 < champion["qini_lower"] < champion["qini"] < champion["qini_upper"]
    connection = duckdb.connect()
    register(connection, models_path=tmp_path)
    connection.register("rows", rows)
    scored = connection.sql(
        f"select trait > 0, avg(onnx_score('{UPLIFT}', rows)) from rows where abs(trait) > 0.5 "
        "group by all order by all"
    ).fetchall()
    assert [mean for _, mean in scored] == pytest.approx([-0.15, 0.15], abs=0.06)
    trained_at = Registry(tmp_path).cards(UPLIFT)[0].trained_at
    for policy in ("if_missing", "auto"):
        settings = SETTINGS | {"training_policy": policy}
        again = train_uplift(rows, settings=settings, registry=Registry(tmp_path)).to_pylist()
        assert again == found, "the same campaigns: the champion stays"
    assert [card.trained_at for card in Registry(tmp_path).cards(UPLIFT)] == [trained_at]


def test_without_differences_in_uplift_no_customer_is_scored(tmp_path: Path) -> None:
    found = train_uplift(contacts(effect=0.0), settings=SETTINGS, registry=Registry(tmp_path)).to_pylist()
    assert {(row["status"], row["is_champion"]) for row in found} == {(NO_BETTER, False)}
    assert not (tmp_path / UPLIFT).exists()


def test_without_contacts_the_reason_is_given(tmp_path: Path) -> None:
    none = contacts(effect=0.0).slice(0, 0)
    [row] = train_uplift(none, settings=SETTINGS, registry=Registry(tmp_path)).to_pylist()
    assert (row["status"], row["model_version"], row["contacts_count"]) == (TOO_FEW, None, 0)


def test_qini_equals_a_calculation_by_hand() -> None:
    """Kept customers first, those driven away last: the curve is 0, .5, .5, .5, 0, and its area .375."""
    few = Contacts(
        customers=np.array(list("abcd"), dtype=object),
        campaigns=np.array(["K1"] * 4, dtype=object),
        actions=np.array(["offer"] * 4, dtype=object),
        matrix=np.zeros((4, 1), dtype=np.float32),
        treated=np.array([True, False, True, False]),
        retained=np.array([1.0, 0.0, 0.0, 1.0]),
        treated_share=np.full(4, 0.5),
    )
    assert qini(np.array([4.0, 3.0, 2.0, 1.0]), few) == pytest.approx((0.375, 0.375))


def two_actions(*, effects: dict[str, tuple[float, float]]) -> pa.Table:
    """Two campaigns of equal size, one per action: (mean effect, its slope by `trait`)."""
    rng = np.random.default_rng(11)
    parts = []
    for number, (action, (mean, differs)) in enumerate(effects.items()):
        trait, other = rng.normal(size=(2, ROWS))
        treated = rng.random(ROWS) < 0.5
        stays = 0.5 + 0.1 * np.tanh(other) + (mean + differs * np.sign(trait)) * treated
        parts.append(
            pa.table(
                {
                    "customer_id": [f"C{number}-{row}" for row in range(ROWS)],
                    "as_of_date": [date(2024, 3, 1)] * ROWS,
                    "campaign_id": [f"K{number}"] * ROWS,
                    "action": [action] * ROWS,
                    "is_treated": treated,
                    "is_retained": rng.random(ROWS) < stays,
                    "treated_share": np.full(ROWS, treated.mean()),
                    "trait": trait,
                    "other": other,
                }
                | {f"is_action_{one}": np.full(ROWS, float(one == action)) for one in effects}
            )
        )
    return pa.concat_tables(parts)


def as_contacts(rows: pa.Table, *, campaigns: str = "campaign_id") -> Contacts:
    return Contacts(
        customers=np.asarray(rows["customer_id"].to_pylist(), dtype=object),
        campaigns=np.asarray(rows[campaigns].to_pylist(), dtype=object),
        actions=np.asarray(rows["action"].to_pylist(), dtype=object),
        matrix=np.zeros((len(rows), 1), dtype=np.float32),
        treated=np.asarray(rows["is_treated"].to_pylist(), dtype=bool),
        retained=np.asarray(rows["is_retained"].to_pylist(), dtype=float),
        treated_share=rows["treated_share"].to_numpy(),
    )


def test_a_ranking_by_the_action_alone_has_a_qini_of_zero(tmp_path: Path) -> None:
    """One action keeps 20 % more, the other none: pooled this ranks well, within a campaign it does not."""
    rows = two_actions(effects={"offer": (0.2, 0.0), "care_call": (0.0, 0.0)})
    by_action = rows["is_action_offer"].to_numpy()
    pooled = rows.append_column("one", pa.array(["all"] * len(rows)))
    assert qini(by_action, as_contacts(pooled, campaigns="one"))[0] > 0.02
    noise = np.random.default_rng(2).random(len(rows)) * 1e-6
    assert abs(qini(by_action + noise, as_contacts(rows))[0]) < 0.01
    found = train_uplift(rows, settings=SETTINGS, registry=Registry(tmp_path)).to_pylist()
    assert {(row["status"], row["is_champion"]) for row in found} == {(NO_BETTER, False)}
    assert not (tmp_path / UPLIFT).exists()


def test_only_actions_that_beat_chance_are_used_and_keep_their_mean_effect(tmp_path: Path) -> None:
    """An offer keeps some customers and drives others away; a call keeps 10 % of all."""
    rows = two_actions(effects={"offer": (0.0, 0.2), "care_call": (0.1, 0.0)})
    found = train_uplift(rows, settings=SETTINGS, registry=Registry(tmp_path)).to_pylist()
    used = {row["action"]: row["beats_chance"] for row in found if row["is_champion"]}
    assert used == {"all actions": True, "offer": True, "care_call": False}
    [card] = Registry(tmp_path).cards(UPLIFT)
    [champion] = [one for one in card.uplift.candidates if one.champion]  # type: ignore[union-attr]
    assert [one.contacts for one in champion.actions] == [ROWS, ROWS]
    connection = duckdb.connect()
    register(connection, models_path=tmp_path)
    connection.register("rows", rows)
    correction = {one.action: one.mean_correction for one in champion.actions}
    for action, expected in (("offer", 0.0), ("care_call", 0.1)):
        [(mean,)] = connection.sql(
            f"select avg(onnx_score('{UPLIFT}', rows)) from rows where action = '{action}'"
        ).fetchall()
        assert mean + correction[action] == pytest.approx(expected, abs=0.04), action


@pytest.mark.parametrize("value", [None, 3.0], ids=["empty", "constant"])
def test_an_empty_or_constant_column_stops_no_training(tmp_path: Path, value: float | None) -> None:
    """A shop without reviews or birth years has such columns; scoring accepts rows with and without them."""
    rows = contacts(effect=0.15).append_column("rating", pa.array([value] * ROWS, pa.float64()))
    found = train_uplift(rows, settings=SETTINGS, registry=Registry(tmp_path)).to_pylist()
    assert {row["status"] for row in found} == {TRAINED}
    [card] = Registry(tmp_path).cards(UPLIFT)
    assert ("rating" in card.features, card.left_out_features) == (
        value is not None,
        ["rating"] if value is None else [],
    )
    connection = duckdb.connect()
    register(connection, models_path=tmp_path)
    filled = rows.set_column(
        rows.column_names.index("rating"), "rating", pa.array([value or 5.0] * ROWS, pa.float64())
    )
    connection.register("rows", filled)
    assert connection.sql(f"select count(onnx_score('{UPLIFT}', rows)) from rows").fetchall() == [(ROWS,)]


def test_without_churners_no_uplift_is_learned(tmp_path: Path) -> None:
    rows = contacts(effect=0.0)
    rows = rows.set_column(rows.column_names.index("is_retained"), "is_retained", pa.array([True] * ROWS))
    [row] = train_uplift(rows, settings=SETTINGS, registry=Registry(tmp_path)).to_pylist()
    assert (row["status"], row["candidate"], row["contacts_count"]) == (NO_BETTER, None, ROWS)
