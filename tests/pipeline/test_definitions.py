"""The three churn definitions, the horizon and the outcomes equal a second implementation in Python."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest
from conftest import Shop, foreign_shop

pytestmark = pytest.mark.whole_shop

MULTIPLE, MIN_DAYS, SHARE, LOOKBACK, QUANTILE, MAX_DAYS = 2.5, 5, 0.6, 50, 0.9, 40
FIRST_DAY = date(2024, 1, 1)
TODAY = date(2024, 12, 1)
ORDER_COLUMNS = (
    "order_id varchar, customer_id varchar, ordered_at timestamp, order_amount double, loaded_at timestamp"
)
LINE_COLUMNS = (
    "order_id varchar, product_id varchar, quantity double, returned_quantity double, returned_at timestamp"
)
DEFINITIONS = ("fixed_horizon", "personal_cadence", "spend_decline")


@dataclass(frozen=True)
class Purchase:
    """An order of the shop: some are loaded late, some are returned whole."""

    order_id: str
    customer_id: str
    day: date
    amount: float
    loaded: date
    returned: date | None

    def known_on(self, as_of_date: date) -> bool:
        undone = self.returned is not None and self.returned < as_of_date
        return self.day < as_of_date and self.loaded <= as_of_date and not undone


def random_purchases(customers: int = 90, *, seed: int = 11) -> list[Purchase]:
    """Customers with different rhythms, who buy less and less; one in five has no amounts."""
    chance = random.Random(seed)
    purchases = []
    for number in range(customers):
        gap = chance.choice([2, 5, 9, 20])
        day = FIRST_DAY + timedelta(days=chance.randrange(120))
        last = day + timedelta(days=chance.randrange(30, 400))
        while day < min(last, TODAY + timedelta(days=20)):
            late = timedelta(days=chance.choice([0] * 8 + [3, 30]))
            back = day + timedelta(days=chance.randrange(40)) if chance.random() < 0.08 else None
            amount = 0.0 if number % 5 == 0 else round(chance.uniform(1, 60), 2)
            purchases.append(
                Purchase(
                    f"O{len(purchases)}", f"C{number}", day, amount, day + timedelta(days=1) + late, back
                )
            )
            day += timedelta(days=chance.choice([0, 1, gap, gap, 2 * gap, chance.randrange(1, 60)]))
    return purchases


@pytest.fixture(scope="module")
def purchases() -> list[Purchase]:
    return random_purchases()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, purchases: list[Purchase]) -> Shop:
    folder = tmp_path_factory.mktemp("definitions")
    orders, lines = folder / "orders.parquet", folder / "lines.parquet"
    write(
        orders,
        ORDER_COLUMNS,
        [(one.order_id, one.customer_id, noon(one.day), one.amount, one.loaded) for one in purchases],
    )
    write(lines, LINE_COLUMNS, [line_of(one) for one in purchases])
    shop = foreign_shop(
        folder / "shop",
        models={
            "my_orders": f"select * from read_parquet('{orders}')",
            "my_lines": f"select * from read_parquet('{lines}')",
        },
        variables={
            "input_orders": "my_orders",
            "input_order_lines": "my_lines",
            "as_of_date": TODAY.isoformat(),
            "churn_horizon_days": "auto",
            "advanced": {"auto_horizon_gap_quantile": QUANTILE},
            "auto_horizon_min_days": 7,
            "auto_horizon_max_days": MAX_DAYS,
            "churn_definition": "personal_cadence",
            "personal_cadence_multiple": MULTIPLE,
            "personal_cadence_min_days": MIN_DAYS,
            "spend_decline_share": SHARE,
            "lookback_days": LOOKBACK,
            "snapshot_interval_days": 15,
        },
    )
    nodes = ("--select", "+mart_churn_definitions", "+int_retention__labels")
    shop.build(*nodes, "--indirect-selection", "cautious", tests=True)
    return shop


def line_of(purchase: Purchase) -> tuple[Any, ...]:
    pieces_back = 2.0 if purchase.returned else None
    return (purchase.order_id, "P1", 2.0, pieces_back, noon(purchase.returned))


def write(path: Path, columns: str, rows: list[tuple[Any, ...]]) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table rows ({columns})")
        connection.executemany(f"insert into rows values ({', '.join('?' * len(rows[0]))})", rows)
        connection.execute(f"copy rows to '{path}' (format parquet)")


def noon(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, 12)


def gaps_of(days: list[date]) -> list[int]:
    ordered = sorted(set(days))
    return [(later - earlier).days for earlier, later in pairwise(ordered)]


def horizon_of(shop: Shop) -> int:
    [(days,)] = shop.query("select churn_horizon_days from int_retention__horizon")
    return int(days)


def test_auto_horizon_is_a_quantile_of_gaps_known_long_before_the_test_date(
    shop: Shop, purchases: list[Purchase]
) -> None:
    [(known_on, test_day)] = shop.query(
        "select gaps_known_date, (select as_of_date from int_retention__snapshots where split = 'test') "
        "from int_retention__horizon"
    )
    assert TODAY - timedelta(days=MAX_DAYS + 15) < known_on <= test_day
    assert known_on <= TODAY - timedelta(days=MAX_DAYS)
    gaps = sorted(
        gap
        for customer in {one.customer_id for one in purchases}
        for gap in gaps_of(
            [one.day for one in purchases if one.customer_id == customer and one.known_on(known_on)]
        )
    )
    at = QUANTILE * (len(gaps) - 1)
    low, high = gaps[math.floor(at)], gaps[math.ceil(at)]
    quantile = low + (at - math.floor(at)) * (high - low)
    assert len(gaps) > 300
    assert shop.query(
        "select gaps_count, round(gap_days_quantile, 6), auto_horizon_days, churn_horizon_days "
        "from int_retention__horizon"
    ) == [
        (
            len(gaps),
            round(quantile, 6),
            min(max(7 * math.ceil(quantile / 7), 7), MAX_DAYS),
            horizon_of(shop),
        )
    ]
    assert 7 < horizon_of(shop) <= MAX_DAYS


def judge(purchases: list[Purchase], as_of_date: date, horizon: int) -> dict[str, tuple[bool, date, float]]:
    """Per definition: churned?, the date of the call, the usual spend. purchases: of one customer."""
    known = [one for one in purchases if one.known_on(as_of_date)]
    end = as_of_date + timedelta(days=horizon)
    window = [one for one in purchases if as_of_date <= one.day < end and one.returned is None]
    gaps = gaps_of([one.day for one in known])
    cadence_end = end
    if gaps:
        called = max(one.day for one in known) + timedelta(days=1 + math.floor(MULTIPLE * median(gaps)))
        cadence_end = min(end, max(called, as_of_date + timedelta(days=MIN_DAYS)))
    tenure = (as_of_date - min(one.day for one in known)).days
    recent = sum(one.amount for one in known if one.day >= as_of_date - timedelta(days=LOOKBACK))
    usual = recent * horizon / min(LOOKBACK, max(tenure, horizon))
    spent = sum(one.amount for one in window)
    return {
        "fixed_horizon": (not window, end, usual),
        "personal_cadence": (not any(one.day < cadence_end for one in window), cadence_end, usual),
        "spend_decline": (spent < SHARE * usual - 1e-9 if usual > 0 else not window, end, usual),
    }


def expected(
    shop: Shop, purchases: list[Purchase]
) -> dict[tuple[str, date], dict[str, tuple[bool, date, float]]]:
    """Every customer with a purchase in the look-back on every training and test date."""
    horizon = horizon_of(shop)
    answers = {}
    dates = shop.query("select as_of_date from int_retention__snapshots where split <> 'score'")
    for customer in {one.customer_id for one in purchases}:
        own = [one for one in purchases if one.customer_id == customer]
        for (as_of_date,) in dates:
            if any(
                one.known_on(as_of_date) and one.day >= as_of_date - timedelta(days=LOOKBACK) for one in own
            ):
                answers[customer, as_of_date] = judge(own, as_of_date, horizon)
    return answers


def test_labels_of_all_definitions_equal_brute_force(shop: Shop, purchases: list[Purchase]) -> None:
    found = {
        (customer, as_of_date): churned
        for customer, as_of_date, *churned in shop.query(
            "select customer_id, as_of_date, is_churned_by_fixed_horizon, is_churned_by_personal_cadence, "
            "is_churned_by_spend_decline from int_retention__definition_labels"
        )
    }
    answers = expected(shop, purchases)
    assert found == {
        key: [answer[definition][0] for definition in DEFINITIONS] for key, answer in answers.items()
    }
    rates = [sum(answer[name][0] for answer in answers.values()) / len(answers) for name in DEFINITIONS]
    assert len(answers) > 300
    assert 0.02 < rates[0] < rates[1] < 0.9, "the definitions do not differ on this history"
    assert rates[0] < rates[2] < 0.9
    assert shop.query(
        "select count(*) from int_retention__labels as labels inner join int_retention__definition_labels "
        "using (customer_id, as_of_date) where labels.is_churned <> is_churned_by_personal_cadence"
    ) == [(0,)]


def test_no_label_uses_an_open_window(shop: Shop) -> None:
    assert shop.query(
        "select count(*) from int_retention__definition_labels where label_window_end_date > "
        "(select as_of_date from int_retention__today)"
    ) == [(0,)]


def test_the_mart_equals_brute_force(shop: Shop, purchases: list[Purchase]) -> None:
    horizon = horizon_of(shop)
    answers = expected(shop, purchases)
    for name in DEFINITIONS:
        leads, again, recovered = [], [], []
        for (customer, as_of_date), answer in answers.items():
            churned, call, usual = answer[name]
            if not churned:
                continue
            own = [one for one in purchases if one.customer_id == customer]
            before = [one.day for one in own if one.day < call and one.returned is None]
            known = max(one.day for one in own if one.known_on(as_of_date))
            leads.append((call - max([day for day in before if day >= known], default=known)).days)
            if as_of_date + timedelta(days=2 * horizon) <= TODAY:
                end = call + timedelta(days=horizon)
                later = [one for one in own if call <= one.day < end and one.returned is None]
                spent = sum(one.amount for one in later)
                again.append(bool(later))
                recovered.append(spent >= SHARE * usual - 1e-9 if usual > 0 else bool(later))
        [row] = shop.query(
            "select judged_count, churned_count, followed_count, churned_rate, false_alarm_rate, "
            "recovered_spend_rate, lead_time_days_median, lead_time_days_avg, is_in_force "
            f"from mart_churn_definitions where churn_definition = '{name}'"
        )
        assert row[:3] == (len(answers), len(leads), len(again)), name
        assert row[3:8] == pytest.approx(
            (
                len(leads) / len(answers),
                sum(again) / len(again),
                sum(recovered) / len(recovered),
                median(leads),
                sum(leads) / len(leads),
            ),
            abs=0.006,
        ), name
        assert row[8] == (name == "personal_cadence")


def test_events_after_the_label_window_change_no_label(
    tmp_path: Path, shop: Shop, purchases: list[Purchase]
) -> None:
    """Purchases from the test date on do not change the horizon either."""
    [(test_day, horizon)] = shop.query(
        "select as_of_date, churn_horizon_days from int_retention__snapshots "
        "cross join int_retention__horizon where split = 'test'"
    )
    end = test_day + timedelta(days=horizon)
    kept = [one for one in purchases if one.day < end]
    orders, lines = tmp_path / "orders.parquet", tmp_path / "lines.parquet"
    write(lines, LINE_COLUMNS, [line_of(one) for one in kept])
    write(
        orders,
        ORDER_COLUMNS,
        [(one.order_id, one.customer_id, noon(one.day), one.amount, one.loaded) for one in kept],
    )
    labels = "select * exclude (input_fingerprint) from int_retention__definition_labels order by all"
    before = (shop.query(labels), horizon)
    for name, path in (("my_orders", orders), ("my_lines", lines)):
        (shop.folder / "models" / f"{name}.sql").write_text(f"select * from read_parquet('{path}')")
    shop.build("--select", "+int_retention__definition_labels")
    assert (shop.query(labels), horizon_of(shop)) == before
    assert len(kept) < len(purchases)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("churn_definition", "mood", "expected fixed_horizon, personal_cadence or spend_decline"),
        ("churn_horizon_days", "soon", "expected a whole number from 1 to 36500, or auto"),
        ("churn_horizon_days", 0, "expected a whole number from 1 to 36500, or auto"),
        ("spend_decline_share", "half", "expected a number from 0.01 to 1"),
    ],
)
def test_a_wrong_var_raises_a_clear_error_at_compile_time(
    shop: Shop, name: str, value: object, words: str
) -> None:
    done = shop.dbt("parse", **{name: value})
    assert done.returncode != 0
    assert f"{name} is '{value}'; {words}" in done.stdout, done.stdout
