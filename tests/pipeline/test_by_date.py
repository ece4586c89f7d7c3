"""Families and their matrix are computed once per date, and again where its data or the code changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from conftest import ORDERS_OF_FEW, ROOT, Shop, foreign_shop

pytestmark = pytest.mark.whole_shop

NODES = ("--select", "+ml_features")
FAMILIES = ["recency_frequency_monetary", "frequency_decline", "buy_till_you_die", "season", "feedback"]
OTHER_FAMILIES = [
    path.stem
    for path in (ROOT / "dbt_project" / "models" / "features").glob("feat_*.sql")
    if path.stem.removeprefix("feat_") not in FAMILIES
]
MARKED = {
    "feat_season": "month_sine",
    "feat_feedback": "reviews_count_364d",
    "feat_buy_till_you_die": "alive_probability_bg_nbd",
    "ml_features": "days_since_first_order",
}
INPUTS = ("orders", "order_lines", "reviews")
SEASON_OF_TODAY = (
    "select * from feat_season where as_of_date = (select max(as_of_date) from feat_season) order by all"
)
RETURNED, LOADED = "2023-11-15", "2024-01-15"


class DailyShop:
    """A shop whose inputs are files, built day after day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for name in INPUTS:
            self.write(name, f"select * from read_csv('{ROOT}/seeds/example_{name}.csv', all_varchar = true)")
        self.shop: Shop = foreign_shop(
            folder / "shop",
            models={f"my_{name}": f"select * from '{folder}/{name}.parquet'" for name in INPUTS},
            variables={f"input_{name}": f"my_{name}" for name in INPUTS} | {"retention_features": FAMILIES},
            config={"features": {family: {"+enabled": False} for family in OTHER_FAMILIES}},
        )

    def write(self, name: str, query: str) -> None:
        """Replace an input by a query; {now} is the current file."""
        path = self.folder / f"{name}.parquet"
        fresh = path.with_suffix(".new")
        duckdb.connect().execute(f"copy ({query.format(now=repr(str(path)))}) to '{fresh}' (format parquet)")
        fresh.replace(path)

    def marked(self, mark: float) -> None:
        """Write a marker value into every row."""
        with duckdb.connect(str(self.shop.warehouse)) as connection:
            for model, column in MARKED.items():
                connection.execute(f"update {model} set {column} = {mark}")

    def computed_again(self, mark: float) -> dict[str, list[str]]:
        """The dates of each model whose rows have lost the marker."""
        return {
            model: [
                str(date)
                for (date,) in self.shop.query(
                    f"select distinct as_of_date from {model} where {column} <> {mark} order by as_of_date"
                )
            ]
            for model, column in MARKED.items()
        }

    def dates(self) -> list[str]:
        rows = self.shop.query("select as_of_date from int_retention__snapshots order by as_of_date")
        return [str(date) for (date,) in rows]


@pytest.fixture(scope="module")
def daily(tmp_path_factory: pytest.TempPathFactory) -> DailyShop:
    shop = DailyShop(tmp_path_factory.mktemp("daily") / "inputs")
    shop.shop.build(*NODES, as_of_date="2024-07-02")
    return shop


def test_only_what_changed_is_computed_again(daily: DailyShop) -> None:
    """A later date, a late review, a returned order and a var, one after the other; then a full refresh."""
    daily.marked(-7)
    daily.shop.build(*NODES, as_of_date="2024-07-03")
    assert daily.dates()[-1] == "2024-07-03"
    assert daily.computed_again(-7) == {model: ["2024-07-03"] for model in MARKED}

    daily.marked(-8)
    daily.write(
        "reviews",
        "select * from {now} union all by name select 'late' as review_id, customer_id, "
        f"'2023-08-01 10:00:00' as reviewed_at, '1' as rating, '{LOADED} 10:00:00' as loaded_at "
        "from (select customer_id from {now} where customer_id is not null order by all limit 1)",
    )
    [(order_id,)] = daily.shop.query(
        "select order_id from int_retention__purchases where undone_from_date is null "
        "order by purchase_date, order_id limit 1"
    )
    daily.write(
        "order_lines",
        f"select * replace (if(order_id = '{order_id}', '{RETURNED} 10:00:00', returned_at) as returned_at, "
        f"if(order_id = '{order_id}', quantity, returned_quantity) as returned_quantity) from {{now}}",
    )
    daily.shop.build(*NODES, as_of_date="2024-07-03")
    returned, loaded = ([date for date in daily.dates() if date > day] for day in (RETURNED, LOADED))
    assert 0 < len(loaded) < len(returned) < len(daily.dates())
    assert daily.computed_again(-8) == {
        "feat_season": returned,
        "feat_feedback": loaded,
        "feat_buy_till_you_die": returned,
        "ml_features": returned,
    }

    by_day = daily.shop.query(SEASON_OF_TODAY)
    daily.shop.build(*NODES, "--full-refresh", as_of_date="2024-07-03")
    assert daily.computed_again(-8) == dict.fromkeys(MARKED, daily.dates())
    assert len(by_day) > 100
    assert daily.shop.query(SEASON_OF_TODAY) == by_day

    # A file that is renamed, and with it the database, holds the same tables.
    renamed = daily.shop.warehouse.with_name("renamed.duckdb")
    daily.shop.warehouse.rename(renamed)
    daily.shop = replace(daily.shop, warehouse=renamed)
    daily.marked(-9)
    daily.shop.build(*NODES, as_of_date="2024-07-03", low_rating=3)
    assert daily.computed_again(-9) == {
        "feat_season": [],
        "feat_feedback": daily.dates(),
        "feat_buy_till_you_die": [],
        "ml_features": daily.dates(),
    }


def test_a_replaced_source_file_recomputes_every_date(tmp_path: Path) -> None:
    """A source that is a file, and a view over a file, are replaced one after the other."""
    files = tmp_path / "files"
    files.mkdir()

    def write(name: str, value: int) -> None:
        duckdb.sql(f"select {value} as {name}").write_parquet(str(files / f"{name}.parquet"))

    shop = foreign_shop(
        tmp_path / "shop",
        models={
            "my_orders": ORDERS_OF_FEW,
            "my_holidays": f"""
                {{{{ config(materialized='view') }}}}
                select * from '{files}/holidays.parquet'
            """,
            "by_day": """
                {{ config(materialized='by_date') }}
                select spine.customer_id, spine.as_of_date, weather.weather, holidays.holidays
                from {{ ref('retention', 'int_retention__spine') }} as spine
                cross join {{ source('raw', 'weather') }} as weather
                cross join {{ ref('my_holidays') }} as holidays
            """,
        },
        variables={"input_orders": "my_orders"},
        sources=[
            {
                "name": "raw",
                "config": {"external_location": f"read_parquet('{files}/{{name}}.parquet')"},
                "tables": [{"name": "weather"}],
            }
        ],
    )
    write("weather", 1)
    write("holidays", 1)
    shop.build("--select", "+by_day")
    for name, value in (("weather", 2), ("holidays", 3)):
        write(name, value)
        shop.build("--select", "by_day")
        assert shop.query(f"select distinct {name} from by_day") == [(value,)]


def test_a_family_without_the_spine_raises_a_clear_error(daily: DailyShop) -> None:
    model = daily.shop.folder / "models" / "feat_alone.sql"
    model.write_text(
        "{{ config(materialized='by_date') }}\nselect 'A' as customer_id, date '2024-01-01' as as_of_date"
    )
    try:
        done = daily.shop.dbt("run", "--select", "feat_alone")
    finally:
        model.unlink()
    assert done.returncode != 0
    assert "feat_alone is materialized by_date but reads no int_retention__spine" in done.stdout
