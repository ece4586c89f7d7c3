"""No hidden group follows from the groups beside it and their total."""

from __future__ import annotations

import duckdb
import jinja2
import numpy as np
from conftest import ROOT
from dbt_retention.sql_macros import SqlMacros
from hypothesis import given, settings
from hypothesis import strategies as st

LEAST = 5


def recovered(hidden: list[tuple[int, ...]], lines: list[set[tuple[int, ...]]]) -> list[tuple[int, ...]]:
    """Hidden cells that linear algebra finds, where the total of every line is known."""
    if not hidden:
        return []
    known = np.array([[float(cell in line) for cell in hidden] for line in lines])
    rank = np.linalg.matrix_rank(known)
    units = np.eye(len(hidden))
    return [
        cell for at, cell in enumerate(hidden) if np.linalg.matrix_rank(np.vstack([known, units[at]])) == rank
    ]


def shown(counts: list[int]) -> list[bool]:
    macros = SqlMacros(None)
    macros._context["var"] = lambda name, default=None: LEAST if name == "min_group_size" else default
    rule = macros.call("is_shown_group", "n", ["line"], "key")
    rows = ", ".join(f"(1, {key}, {count})" for key, count in enumerate(counts))
    query = f"select {rule} from (values {rows}) as t (line, key, n) order by key"
    return [is_shown for (is_shown,) in duckdb.sql(query).fetchall()]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=8))
def test_no_hidden_group_follows_from_the_total(counts: list[int]) -> None:
    visible = shown(counts)
    hidden = [(at,) for at, is_shown in enumerate(visible) if not is_shown]
    assert all(counts[at] >= LEAST for at, is_shown in enumerate(visible) if is_shown)
    assert all(visible) == (min(counts) >= LEAST), "nothing is hidden without need"
    if len(counts) > 1:
        assert not recovered(hidden, [{(at,) for at in range(len(counts))}])
        total = sum(counts[at] for (at,) in hidden)
        assert not hidden or total >= LEAST or len(hidden) == len(counts), "nor that all hidden are empty"


def migration(counts: dict[tuple[int, int], int], segments: int) -> dict[tuple[int, int], int | None]:
    """What mart_segment_migration shows where so many customers moved between segments (0 = none)."""
    model = ROOT / "dbt_project/models/marts/customers/mart_segment_migration.sql"
    sql = jinja2.Template(model.read_text()).render(ref=lambda name: name, setting=lambda _: LEAST)
    moves = [move for move, count in counts.items() for _ in range(count)]
    with duckdb.connect() as connection:
        for table, side in (("ml_past_segment_scores", 0), ("ml_segment_scores", 1)):
            connection.execute(f"create table {table} (customer_id int, as_of_date date, segment_number int)")
            rows = [(who, "2024-01-01", move[side]) for who, move in enumerate(moves) if move[side]]
            rows.append((-1 - side, "2024-01-01", 1))  # both dates exist
            connection.executemany(f"insert into {table} values (?, ?, ?)", rows)
        connection.execute("create table ml_segment_names (segment_number int, segment_name varchar)")
        names = [(number, f"S{number}") for number in range(1, segments + 1)]
        connection.executemany("insert into ml_segment_names values (?, ?)", names)
        found = connection.sql(
            f"select from_segment_number, to_segment_number, customers_count from ({sql})"
        ).fetchall()
    return {(origin, destination): count for origin, destination, count in found}


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 4), st.data())
def test_no_hidden_move_follows_from_the_sizes_of_segments(segments: int, data: st.DataObject) -> None:
    """Even where the sizes of all segments on both dates are known."""
    pairs = [(i, j) for i in range(segments + 1) for j in range(segments + 1) if i + j]
    sizes = st.sampled_from([0, 1, 2, 6, 7, 20])
    counts = {pair: data.draw(sizes, label=str(pair)) for pair in pairs}
    seen = migration(counts, segments)
    assert set(seen) == set(pairs)
    assert all(count is None or count >= LEAST for count in seen.values())
    hidden = [pair for pair, count in seen.items() if count is None]
    lines = [{pair for pair in pairs if pair[side] == at} for side in (0, 1) for at in range(segments + 1)]
    assert not recovered(hidden, lines)
