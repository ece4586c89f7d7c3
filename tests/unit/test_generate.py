"""The simulated shop is repeatable, complete, dirty on purpose, and consistent with its truth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest
from dbt_retention.cli import app
from dbt_retention.generate import INPUTS, Shop, first_day_of, generate_shop, world
from dbt_retention.generate.files import FileFormat
from dbt_retention.generate.orders import FADED_ORDERS, FADING_DAYS, GOOD_ORDERS
from dbt_retention.generate.people import FADE_DAYS, Leaving, draw_people, slowed, treatment_of
from dbt_retention.generate.tables import block_tables
from dbt_retention.generate.truth import respond
from dbt_retention.generate.words import PHRASES
from dbt_retention.generate.world import build_world, stream_of
from typer.testing import CliRunner

SEEDS = Path(__file__).parents[2] / "seeds"
CONTRACT = {
    "orders": "order_id customer_id ordered_at order_status channel order_amount discount_amount loaded_at",
    "order_lines": "order_id product_id line_number quantity net_amount discount_amount coupon_id "
    "returned_quantity returned_at",
    "customers": "customer_id signed_up_at birth_year gender city acquisition_channel "
    "membership_tier email phone email_consent ads_consent",
    "products": "product_id product_name category subcategory brand unit_cost stock_on_hand",
    "sessions": "session_id customer_id started_at duration_seconds page_views product_views "
    "cart_adds searches traffic_source loaded_at",
    "reviews": "review_id customer_id reviewed_at product_id rating review_text loaded_at",
    "service_tickets": "ticket_id customer_id opened_at order_id ticket_type closed_at "
    "satisfaction loaded_at",
    "campaigns": "campaign_id action started_at ended_at channel contact_cost offer_value",
    "campaign_contacts": "campaign_id customer_id assigned_at arm contacted_at opened_at clicked_at",
    "coupon_redemptions": "coupon_id customer_id redeemed_at campaign_id order_id",
    "returns": "return_id customer_id returned_at product_id order_id returned_quantity returned_amount "
    "loaded_at",
}
TRUTH = ("truth_customers", "truth_effects", "truth_actions", "truth_itemsets")
SMALL = Shop(customers=60, months=6)
Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hold the 520-customer shop as CSV, with its truth."""
    folder = tmp_path_factory.mktemp("example")
    generate_shop(Shop(), out=folder, truth=True)
    return folder


@pytest.fixture(scope="module")
def ask_example(example: Path) -> Ask:
    tables = {name: _csv(example / f"example_{name}.csv", name) for name in CONTRACT}
    tables |= {name: f"'{example}/{name}.parquet'" for name in TRUTH}
    return _asker(tables)


@pytest.fixture(scope="module")
def ask_big(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Query 40,000 customers in two blocks, where averages are near their expectation."""
    folder = tmp_path_factory.mktemp("big")
    generate_shop(Shop(customers=40_000), out=folder, file_format="parquet", truth=True)
    return _asker({name: f"'{folder}/{name}.parquet'" for name in (*CONTRACT, *TRUTH)})


def _asker(tables: dict[str, str]) -> Ask:
    connection = duckdb.connect()
    for name, source in tables.items():
        connection.execute(f"create table {name} as from {source}")
    return lambda query: connection.execute(query).fetchall()


def _csv(path: Path, name: str) -> str:
    """Read a CSV with the types of the contract, not with guessed ones."""
    kinds = {"string": "varchar", "int64": "bigint", "double": "double", "bool": "boolean"}
    types = {field.name: kinds.get(str(field.type), "timestamp") for field in INPUTS[name]}
    return f"read_csv('{path}', header = true, columns = {types})"


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _written(shop: Shop, folder: Path, file_format: FileFormat = "csv") -> dict[str, bytes]:
    generate_shop(shop, out=folder, file_format=file_format, truth=True)
    return _bytes(folder)


# Determinism.


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_same_seed_writes_the_same_bytes(tmp_path: Path, file_format: FileFormat) -> None:
    once = _written(SMALL, tmp_path / "once", file_format)
    assert once == _written(SMALL, tmp_path / "again", file_format)


@pytest.mark.parametrize(
    "other",
    [
        Shop(customers=60, months=6, seed=8),
        Shop(customers=61, months=6),
        Shop(customers=60, months=7),
        Shop(customers=60, months=6, first_day=date(2022, 5, 31)),
    ],
)
def test_another_shop_writes_other_bytes(tmp_path: Path, other: Shop) -> None:
    one, two = _written(SMALL, tmp_path / "one"), _written(other, tmp_path / "two")
    for name in ("example_orders.csv", "example_customers.csv", "example_sessions.csv"):
        assert one[name] != two[name]


def test_dirty_share_changes_nothing_but_the_dirty_rows(tmp_path: Path) -> None:
    clean = _written(Shop(customers=60, months=6, dirty_share=0), tmp_path / "clean")
    dirty = _written(Shop(customers=60, months=6, dirty_share=0.05), tmp_path / "dirty")
    spoiled = {name for name in clean if clean[name] != dirty[name]}
    assert spoiled == {
        "example_orders.csv",
        "example_order_lines.csv",
        "example_reviews.csv",
    }


def test_truth_is_only_added(tmp_path: Path) -> None:
    generate_shop(SMALL, out=tmp_path / "without")
    without, with_truth = _bytes(tmp_path / "without"), _written(SMALL, tmp_path / "with")
    assert with_truth.keys() - without.keys() == {f"{name}.parquet" for name in TRUTH}
    assert without.items() <= with_truth.items()


def test_a_block_does_not_depend_on_the_blocks_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world, "BLOCK_CUSTOMERS", 50)
    shop = Shop(customers=130, months=4)
    generate_shop(shop, out=tmp_path, file_format="parquet")
    orders = pq.ParquetFile(tmp_path / "orders.parquet")
    assert orders.num_row_groups == 3
    alone = block_tables(build_world(shop), 2, truth=False)["orders"]
    assert orders.read_row_group(2).cast(alone.schema).equals(alone)


def test_ids_are_unique_over_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world, "BLOCK_CUSTOMERS", 50)
    shop = Shop(customers=130, months=4, dirty_share=0)
    generate_shop(shop, out=tmp_path, file_format="parquet")
    for name, key in {
        "orders": "order_id",
        "customers": "customer_id",
        "reviews": "review_id",
    }.items():
        ids = pq.read_table(tmp_path / f"{name}.parquet")[key].to_pylist()
        assert len(set(ids)) == len(ids)
        assert ids == sorted(ids)


def test_committed_seeds_are_what_seed_7_writes(example: Path) -> None:
    for name in CONTRACT:
        file = f"example_{name}.csv"
        assert (SEEDS / file).read_bytes() == (example / file).read_bytes(), file


# The contract.


def test_columns_are_exactly_the_contract(example: Path) -> None:
    for name, columns in CONTRACT.items():
        text = (example / f"example_{name}.csv").read_bytes().decode()
        assert text.split("\n", 1)[0] == ",".join(columns.split()), name
        assert "\r" not in text
        assert text.endswith("\n")


def test_every_column_has_a_value(ask_example: Ask) -> None:
    for name, columns in CONTRACT.items():
        counts = ", ".join(f"count({column})" for column in columns.split())
        assert all(ask_example(f"select {counts} from {name}")[0]), name


def test_parquet_and_csv_have_the_same_rows(tmp_path: Path) -> None:
    _written(SMALL, tmp_path / "csv")
    _written(SMALL, tmp_path / "parquet", "parquet")
    connection = duckdb.connect()
    for name in CONTRACT:
        csv = _csv(tmp_path / "csv" / f"example_{name}.csv", name)
        rows = connection.execute(f"from {csv}").fetchall()
        assert rows == connection.execute(f"from '{tmp_path}/parquet/{name}.parquet'").fetchall()
        assert rows, name


def test_the_rows_of_each_file_are_reported(tmp_path: Path) -> None:
    rows = generate_shop(SMALL, out=tmp_path, file_format="parquet", truth=True)
    assert rows == {path.name: pq.read_metadata(path).num_rows for path in tmp_path.iterdir()}


def test_the_example_shop_stays_small(example: Path, ask_example: Ask) -> None:
    assert sum(path.stat().st_size for path in example.glob("*.csv")) < 4_000_000
    assert ask_example("select count(*) from sessions")[0][0] <= 25_000
    assert ask_example("select count(*) from order_lines")[0][0] <= 25_000


# Plausibility.


def test_every_customer_buys(ask_example: Ask) -> None:
    buyers = "select count(distinct customer_id) from orders where order_status = 'completed'"
    assert ask_example(buyers) == [(520,)]


def test_every_kind_of_dirty_row_is_present(ask_example: Ask) -> None:
    counts = ask_example("""
        select
            (select count(*) from orders where customer_id is null),
            (select count(*) from orders where try_cast(ordered_at as timestamp) is null),
            (select count(*) - count(distinct order_id) from orders),
            (select count(*) from order_lines where quantity < 0),
            (select count(*) from order_lines where product_id is null),
            (select count(*) from reviews where customer_id is null)
    """)[0]
    assert min(counts) >= 1
    assert max(counts) <= 30


def test_a_clean_shop_has_no_dirty_row(tmp_path: Path) -> None:
    generate_shop(Shop(customers=60, months=6, dirty_share=0), out=tmp_path, file_format="parquet")
    orders = pq.read_table(tmp_path / "orders.parquet")
    lines = pq.read_table(tmp_path / "order_lines.parquet")
    assert orders["customer_id"].null_count == 0
    assert "unknown" not in orders["ordered_at"].to_pylist()
    assert len(set(orders["order_id"].to_pylist())) == orders.num_rows
    assert lines["product_id"].null_count == 0
    assert min(lines["quantity"].to_pylist()) >= 1


def test_an_order_amount_is_the_sum_of_its_lines(ask_example: Ask) -> None:
    assert ask_example("""
        with sums as (
            select order_id, sum(net_amount) as net, sum(discount_amount) as discount
            from order_lines group by order_id
        )
        select count(*) from orders left join sums using (order_id)
        where net is null
            or abs(order_amount - net) > 0.001
            or abs(discount_amount - discount) > 0.001
    """) == [(0,)]


def test_every_reference_finds_its_row(ask_example: Ask) -> None:
    for child, key, parent in [
        ("orders", "customer_id", "customers"),
        ("order_lines", "order_id", "orders"),
        ("order_lines", "product_id", "products"),
        ("sessions", "customer_id", "customers"),
        ("reviews", "product_id", "products"),
        ("service_tickets", "order_id", "orders"),
        ("campaign_contacts", "campaign_id", "campaigns"),
        ("campaign_contacts", "customer_id", "customers"),
        ("coupon_redemptions", "campaign_id", "campaigns"),
        ("coupon_redemptions", "order_id", "orders"),
        ("returns", "customer_id", "customers"),
        ("returns", "order_id", "orders"),
        ("returns", "product_id", "products"),
    ]:
        orphans = f"""
            select count(*) from {child} anti join {parent} using ({key}) where {key} is not null
        """
        assert ask_example(orphans) == [(0,)], (child, key)


def test_a_redemption_is_the_coupon_of_a_treated_customers_order(ask_example: Ask) -> None:
    assert ask_example("select count(*) > 0 from coupon_redemptions") == [(True,)]
    assert ask_example("""
        select count(*) from coupon_redemptions as used
        anti join order_lines using (order_id, coupon_id)
    """) == [(0,)]
    assert ask_example("""
        select count(*) from coupon_redemptions as used
        anti join (
            from campaign_contacts join campaigns using (campaign_id)
            where arm = 'treatment' and action = 'offer'
        ) as offered
            on used.customer_id = offered.customer_id and used.campaign_id = offered.campaign_id
    """) == [(0,)]
    lines, redemptions = ask_example("""
        select (select count(coupon_id) from order_lines), (select count(*) from coupon_redemptions)
    """)[0]
    assert lines == redemptions


def test_nothing_happens_outside_the_period(ask_example: Ask) -> None:
    first, last = datetime(2023, 1, 2), datetime(2024, 7, 2)
    for table, column in [
        ("orders", "try_cast(ordered_at as timestamp)"),
        ("order_lines", "returned_at"),
        ("sessions", "started_at"),
        ("reviews", "reviewed_at"),
        ("service_tickets", "closed_at"),
        ("returns", "returned_at"),
        ("campaign_contacts", "clicked_at"),
        ("campaigns", "ended_at"),
    ]:
        low, high = ask_example(f"select min({column}), max({column}) from {table}")[0]
        assert first <= low <= high < last, (table, column)


def test_rows_are_loaded_after_the_event_and_few_of_them_late(ask_big: Ask) -> None:
    early, late = ask_big("""
        select count(*) filter (loaded_at < started_at),
            avg((loaded_at > started_at + interval 1 day)::int)
        from sessions
    """)[0]
    assert early == 0
    assert 0.01 < late < 0.02


def test_people_are_obviously_invented(ask_example: Ask) -> None:
    assert ask_example("""
        select count(*) from customers
        where not lower(trim(email)) like '%@example.com'
            or not regexp_full_match(phone, '[+]1-[0-9]{3}-555-01[0-9]{2}')
    """) == [(0,)]
    odd, spaced, distinct, known = ask_example("""
        select count(*) filter (email <> lower(email)), count(*) filter (email <> trim(email)),
            count(distinct lower(trim(email))), count(email)
        from customers
    """)[0]
    assert odd > 0
    assert spaced > 0
    assert distinct == known


def test_a_review_text_matches_its_rating(ask_example: Ask) -> None:
    for rating, text in ask_example("select rating, review_text from reviews where review_text is not null"):
        texts = PHRASES[0 if rating <= 2 else 1 if rating == 3 else 2]
        assert any(text.startswith(opener) for slots in texts.values() for opener in slots[0])


def test_reviews_use_forty_fragments_per_sentiment_and_language(ask_example: Ask) -> None:
    for texts in PHRASES:
        assert texts.keys() == {"en", "zh"}
        for slots in texts.values():
            assert len({len(slot) for slot in slots}) == 1
            assert len({fragment for slot in slots for fragment in slot}) >= 40
    chinese = ask_example("""
        select avg(regexp_matches(review_text, '[一-龥]')::int) from reviews
        where review_text is not null
    """)[0][0]
    assert 0.12 < chinese < 0.28


def test_the_share_of_churners_is_plausible(ask_big: Ask) -> None:
    for day in ("2024-01-01", "2024-04-15"):
        share = ask_big(f"""
            with bought as (
                select customer_id, try_cast(ordered_at as timestamp) as bought_at
                from orders where order_status = 'completed' and customer_id is not null
            ),
            eligible as (
                select distinct customer_id from bought
                where bought_at >= date '{day}' - 180 and bought_at < date '{day}'
            ),
            stayed as (
                select distinct customer_id from bought
                where bought_at >= date '{day}' and bought_at < date '{day}' + 60
            )
            select avg((stayed.customer_id is null)::int)
            from eligible left join stayed using (customer_id)
        """)[0][0]
        assert 0.25 < share < 0.35


# Truth.


def test_orders_stop_at_dropout(ask_big: Ask) -> None:
    assert ask_big("""
        select count(*) from orders join truth_customers using (customer_id)
        where try_cast(ordered_at as timestamp)::date > dropout_date
    """) == [(0,)]


def test_fading_customers_buy_and_browse_less_and_complain_more(ask_big: Ask) -> None:
    def ratio(table: str, column: str, condition: str = "true") -> float:
        """Events in the last 14 days of a fade of at least 28 over those in the 14 before it."""
        after, before = ask_big(f"""
            select
                count(*) filter (days_after >= 14 and days_after < 28),
                count(*) filter (days_after < 0 and days_after >= -14)
            from (
                select try_cast({column} as date) - fade_start_date as days_after
                from {table} join truth_customers using (customer_id)
                where dropout_date - fade_start_date >= 28 and {condition}
            )
        """)[0]
        return float(after / before)

    assert ratio("orders", "ordered_at") < 0.7
    assert ratio("sessions", "started_at") < ratio("orders", "ordered_at")
    assert ratio("service_tickets", "opened_at", "ticket_type = 'complaint'") > 2


def test_arms_are_random_and_similar_before_the_campaign(ask_big: Ask) -> None:
    treated, treatment, control = ask_big("""
        with bought as (
            select customer_id, try_cast(ordered_at as timestamp) as bought_at from orders
        ),
        before as (
            select campaign_id, contact.customer_id, arm, count(bought_at) as orders
            from campaign_contacts as contact
            left join bought
                on contact.customer_id = bought.customer_id
                and bought_at < assigned_at and bought_at >= assigned_at - interval 60 day
            group by all
        )
        select avg((arm = 'treatment')::int), avg(orders) filter (arm = 'treatment'),
            avg(orders) filter (arm = 'control')
        from before
    """)[0]
    assert treated == pytest.approx(0.70, abs=0.01)
    assert treatment == pytest.approx(control, rel=0.03)


def test_held_out_customers_are_never_contacted(ask_big: Ask) -> None:
    assert ask_big("""
        select count(*) from campaign_contacts
        where (arm = 'control') <> (contacted_at is null)
            or (arm = 'control' and (opened_at is not null or clicked_at is not null))
    """) == [(0,)]


STAYED = """
    select arm, latent_group, true_effect,
        coalesce(dropout_date >= assigned_at::date + effect_days::int, true)::int as stayed
    from campaign_contacts
    join truth_effects using (campaign_id, customer_id)
    join truth_customers using (customer_id)
"""


def test_treated_customers_stay_at_the_true_rate(ask_big: Ask) -> None:
    groups = ask_big(f"""
        select latent_group, avg(true_effect),
            avg(stayed) filter (arm = 'treatment') - avg(stayed) filter (arm = 'control')
        from ({STAYED}) group by latent_group
    """)
    truth = {group: effect for group, effect, _ in groups}
    measured = {group: effect for group, _, effect in groups}
    assert truth == pytest.approx(measured, abs=0.016)  # about 2.5 standard errors of the smallest group
    assert measured["persuadable"] > 0.02
    assert measured["sleeping_dog"] < -0.02


def test_campaigns_help_on_average(ask_big: Ask) -> None:
    truth, measured = ask_big(f"""
        select avg(true_effect),
            avg(stayed) filter (arm = 'treatment') - avg(stayed) filter (arm = 'control')
        from ({STAYED})
    """)[0]
    assert truth > 0.01
    assert measured > 0.005


def test_effects_differ_between_customers_of_one_group(ask_big: Ask) -> None:
    low, high = ask_big("""
        select quantile_cont(true_effect, 0.1), quantile_cont(true_effect, 0.9)
        from truth_effects join truth_customers using (customer_id)
        where latent_group = 'persuadable' and true_effect <> 0
    """)[0]
    assert high > 3 * low > 0


@pytest.mark.parametrize("action", [None, "care_call"])
def test_true_effects_equal_simulated_futures(action: str | None) -> None:
    made = build_world(Shop(customers=20_000, are_actions_alike=False))
    people = draw_people(stream_of(made.shop, 0, "people"), made, 0)
    size, today, horizon = len(people.number), float(made.days), float(made.effect_days)
    never = np.full(size, np.inf)
    response = respond(made, people, Leaving(never, never), action)
    rng = np.random.default_rng(3)
    fades = rng.exponential(1 / people.leave_rate)
    gone = fades + np.where(people.fades, rng.exponential(FADE_DAYS, size), 0)
    pace, boost = (np.ones(size), np.zeros(size)) if action is None else treatment_of(made, people, action)
    fades, gone = (slowed(today + wait, today, horizon, pace) - today for wait in (fades, gone))
    exposures = []
    for days in (horizon, 365.0):
        middle = np.arange(0.5, days)
        faded = np.clip((middle - fades[:, None]) / FADING_DAYS, 0, 1) * (1 - FADED_ORDERS)
        lift = np.where(middle < horizon, 1 + boost[:, None], 1)
        exposures.append(((1 - faded) * lift * (middle < gone[:, None])).sum(axis=1))
    rate = GOOD_ORDERS * people.rate
    assert response.buys.mean() == pytest.approx(-np.expm1(-rate * exposures[0]).mean(), abs=0.005)
    assert response.purchases.mean() == pytest.approx((rate * exposures[1]).mean(), rel=0.015)


def test_planted_itemsets_are_more_frequent_than_chance(ask_big: Ask) -> None:
    least, lift = ask_big("""
        with baskets as (select count(distinct order_id) as baskets from order_lines),
        single as (
            select product_id, count(distinct order_id) / any_value(baskets) as share
            from order_lines, baskets group by product_id
        ),
        expected as (
            select itemset_id, any_value(planted_share) as planted_share, count(*) as size,
                product(share) as by_chance
            from truth_itemsets join single using (product_id) group by itemset_id
        ),
        held as (
            select itemset_id, order_id, count(distinct product_id) as members
            from order_lines join truth_itemsets using (product_id) group by all
        ),
        seen as (
            select expected.itemset_id, count(order_id) / any_value(baskets) as share
            from expected
            cross join baskets
            left join held on held.itemset_id = expected.itemset_id and members = size
            group by expected.itemset_id
        )
        select min(seen.share / planted_share), min(seen.share / by_chance)
        from seen join expected using (itemset_id)
    """)[0]
    assert least > 0.8
    assert lift > 3


# Failing.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"customers": 0}, "customers is 0; expected a whole number from 1 to 10,000,000"),
        ({"customers": 1.5}, "customers is 1.5; expected a whole number"),
        ({"customers": True}, "customers is True; expected a whole number"),
        ({"months": 2}, "months is 2; expected a whole number from 3 to 120"),
        ({"seed": -1}, "seed is -1; expected a whole number from 0"),
        ({"dirty_share": 0.6}, "dirty_share is 0.6; expected a share from 0 to 0.5"),
        ({"dirty_share": float("nan")}, "dirty_share is nan; expected a share"),
        ({"first_day": "2023-01-02"}, "first_day is '2023-01-02'; expected a datetime.date"),
    ],
)
def test_a_bad_argument_raises_a_clear_error(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Shop(**arguments)


@pytest.mark.parametrize("months", [3, 36, 37, 48, 49, 120])
def test_a_history_of_any_length_ends_in_the_past(months: int) -> None:
    """No order is in the future; histories of up to three years start on the same day."""
    shop = Shop(months=months, first_day=first_day_of(months))
    end = shop.first_day + timedelta(days=shop.days)
    if months <= 36:
        assert (shop.first_day, end <= date(2026, 1, 2)) == (date(2023, 1, 2), True)
    else:
        assert date(2025, 1, 2) < end <= date(2026, 1, 2)


def test_the_command_starts_a_long_history_earlier(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["generate", "--customers", "3", "--months", "120", "--out", str(tmp_path)]
    )
    assert done.exit_code == 0, done.output
    orders = _csv(tmp_path / "example_orders.csv", "orders")
    days = f"select try_cast(ordered_at as timestamp)::date as day from {orders}"
    [(first, last)] = duckdb.sql(f"select min(day), max(day) from ({days})").fetchall()
    assert date(2016, 1, 2) <= first < last <= date(2026, 1, 2)


def test_a_bad_format_or_folder_raises_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="file_format is 'xlsx'; expected 'csv' or 'parquet'"):
        generate_shop(SMALL, out=tmp_path, file_format="xlsx")  # type: ignore[arg-type]
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ValueError, match="which is a file; expected a folder"):
        generate_shop(SMALL, out=tmp_path / "file")


def test_no_partial_file_is_left(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise RuntimeError(f"stopped after {done} of {total}")

    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "seeds.yml").write_text("mine")
    (shop / "example_orders.csv").write_text("of before")
    with pytest.raises(RuntimeError, match="stopped after 60 of 60"):
        generate_shop(SMALL, out=shop, progress=stop)
    assert _bytes(shop) == {"example_orders.csv": b"of before", "seeds.yml": b"mine"}
    with pytest.raises(RuntimeError):
        generate_shop(SMALL, out=tmp_path / "new", progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["shop"]


def test_only_its_own_files_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "seeds.yml").write_text("mine")
    (tmp_path / "example_orders.csv").write_text("of before")
    rows = generate_shop(SMALL, out=tmp_path)
    assert (tmp_path / "seeds.yml").read_text() == "mine"
    assert (tmp_path / "example_orders.csv").read_text() != "of before"
    assert {path.name for path in tmp_path.iterdir()} == {*rows, "seeds.yml"}


@pytest.mark.parametrize(
    "shop",
    [Shop(customers=1, months=3), Shop(customers=5, months=120), Shop(customers=20_001, months=3)],
)
def test_the_smallest_the_longest_and_unusual_shops_are_written(tmp_path: Path, shop: Shop) -> None:
    calls: list[tuple[int, int]] = []
    rows = generate_shop(
        shop,
        out=tmp_path,
        file_format="parquet",
        truth=True,
        progress=lambda done, total: calls.append((done, total)),
    )
    assert rows["customers.parquet"] == shop.customers
    assert rows["orders.parquet"] >= shop.customers
    assert calls[-1] == (shop.customers, shop.customers)
