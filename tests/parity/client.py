"""Reads marts with another client, in another environment: `python client.py CLIENT PLACE [STOP]`.

It prints JSON: the version of the client, and the rows of two queries. As the client `loop` it queries a
serving file until the file STOP exists, and checks that every answer is from one build.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

QUERIES = {
    "rows": "select table_name, rows_count from published_at order by table_name",
    "warnings": "select customer_id, as_of_date, churn_probability, risk_tier, reason_1 "
    "from mart_early_warning order by customer_id",
}


def with_duckdb(place: str) -> list[list[Any]]:
    import duckdb

    with duckdb.connect(place, read_only=True) as connection:
        return [connection.execute(query).fetchall() for query in QUERIES.values()]


def with_sqlalchemy(place: str) -> list[list[Any]]:
    import sqlalchemy

    engine = sqlalchemy.create_engine(f"duckdb:///{place}", connect_args={"read_only": True})
    assert "mart_early_warning" in sqlalchemy.inspect(engine).get_table_names()
    with engine.connect() as connection:
        return [
            [tuple(row) for row in connection.execute(sqlalchemy.text(query))] for query in QUERIES.values()
        ]


def with_pandas(place: str) -> list[list[Any]]:
    import pandas as pd
    import sqlalchemy

    engine = sqlalchemy.create_engine(f"duckdb:///{place}", connect_args={"read_only": True})
    return [_rows(pd.read_sql(query, engine)) for query in QUERIES.values()]


def with_parquet(place: str) -> list[list[Any]]:
    import pandas as pd

    return _from_files(lambda name: pd.read_parquet(Path(place) / f"{name}.parquet"))


def with_csv(place: str) -> list[list[Any]]:
    import pandas as pd

    return _from_files(
        lambda name: pd.read_csv(Path(place) / f"{name}.csv", dtype={"customer_id": str}, na_values=[""])
    )


def with_adbc(place: str) -> list[list[Any]]:
    import adbc_driver_duckdb
    from adbc_driver_manager import dbapi

    answers = []
    driver, entry = adbc_driver_duckdb.driver_path(), "duckdb_adbc_init"
    settings = {"path": place, "access_mode": "READ_ONLY"}
    with dbapi.connect(driver=driver, entrypoint=entry, db_kwargs=settings) as connection:
        for query in QUERIES.values():
            with connection.cursor() as cursor:
                cursor.execute(query)
                answers.append(cursor.fetchall())
    return answers


def _from_files(read: Any) -> list[list[Any]]:
    counts = read("published_at")[["table_name", "rows_count"]].sort_values("table_name")
    columns = ["customer_id", "as_of_date", "churn_probability", "risk_tier", "reason_1"]
    return [_rows(counts), _rows(read("mart_early_warning")[columns].sort_values("customer_id"))]


def _rows(frame: Any) -> list[tuple[Any, ...]]:
    import pandas as pd

    return [
        tuple(
            None if pd.isna(value) else getattr(value, "item", lambda value=value: value)() for value in row
        )
        for row in frame.itertuples(index=False)
    ]


def loop(place: str, stop: Path) -> None:
    """Query until the file `stop` exists; print how many answers and builds there were."""
    import duckdb

    latest, answers, builds = time.monotonic() + 1200, 0, set()
    while not stop.exists() and time.monotonic() < latest:
        time.sleep(0.3)  # leave the processor to the build
        with duckdb.connect(place, read_only=True, config={"threads": 1}) as connection:
            about = connection.execute(
                "select count(distinct (published_at, invocation_id, as_of_date)), any_value(invocation_id), "
                "any_value(as_of_date) from published_at"
            ).fetchone()
            counts = connection.execute("select table_name, rows_count from published_at").fetchall()
            counted = " union all ".join(f"select '{name}', count(*) from {name}" for name, _ in counts)
            assert sorted(connection.execute(counted).fetchall()) == sorted(counts)
            dates = connection.execute("select distinct as_of_date from mart_early_warning").fetchall()
        assert about is not None
        assert about[0] == 1, about
        assert dates == [(about[2],)], (dates, about)
        builds.add(about[1])
        answers += 1
    print(json.dumps({"answers": answers, "builds": len(builds)}))


def main(client: str, place: str, *stop: str) -> None:
    import duckdb

    if client == "loop":
        loop(place, Path(stop[0]))
        return
    answers = globals()[f"with_{client}"](place)
    texts = [
        [[str(value)[:10] if hasattr(value, "year") else value for value in row] for row in answer]
        for answer in answers
    ]
    print(json.dumps({"version": duckdb.__version__, "answers": texts}))


if __name__ == "__main__":
    main(*sys.argv[1:])
