"""Uplift is learned where it is there, scored in SQL, and not invented where it is not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from dbt_retention.duckdb_plugin import register
from dbt_retention.registry import Registry
from dbt_retention.training.uplift import NO_BETTER, TOO_FEW, TRAINED, UPLIFT, Contacts, qini, train_uplift

SETTINGS = {"training_policy": "if_missing", "orders_input": "orders"}
ROWS = 6000


def contacts(*, effect: float) -> pa.Table:
    """Half are treated; a contact keeps those with `trait` above 0 and drives the others away."""
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


def test_whom_a_contact_drives_away_is_a_sleeping_dog_in_sql(tmp_path: Path) -> None:
    rows = contacts(effect=0.15)
    found = train_uplift(rows, settings=SETTINGS, registry=Registry(tmp_path)).to_pylist()
    [champion] = [row for row in found if row["is_champion"]]
    assert (champion["status"], len(found)) == (TRAINED, 3)
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


def test_where_nothing_differs_nobody_is_scored(tmp_path: Path) -> None:
    found = train_uplift(contacts(effect=0.0), settings=SETTINGS, registry=Registry(tmp_path)).to_pylist()
    assert {(row["status"], row["is_champion"]) for row in found} == {(NO_BETTER, False)}
    assert not (tmp_path / UPLIFT).exists()


def test_without_contacts_it_says_so(tmp_path: Path) -> None:
    none = contacts(effect=0.0).slice(0, 0)
    [row] = train_uplift(none, settings=SETTINGS, registry=Registry(tmp_path)).to_pylist()
    assert (row["status"], row["model_version"], row["contacts_count"]) == (TOO_FEW, None, 0)


def test_qini_by_hand() -> None:
    """The kept first, the driven away last: the curve is 0, .5, .5, .5, 0, and its area .375."""
    few = Contacts(
        customers=np.array(list("abcd"), dtype=object),
        matrix=np.zeros((4, 1), dtype=np.float32),
        treated=np.array([True, False, True, False]),
        retained=np.array([1.0, 0.0, 0.0, 1.0]),
        treated_share=np.full(4, 0.5),
    )
    assert qini(np.array([4.0, 3.0, 2.0, 1.0]), few) == pytest.approx((0.375, 0.375))
