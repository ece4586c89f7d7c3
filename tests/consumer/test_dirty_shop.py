"""A shop with dirty ids, statuses and times: tables are right, or the rejection reason is clear.

The machine's time zone differs from the shop's. Built once, up to mart_data_readiness.
"""

from __future__ import annotations

import pytest
from conftest import Shop, foreign_shop

ORDERS = """
    select
        number as order_id,
        case
            when number = 22 then null
            when number % 7 = 1 then chr(9) || customer
            when number % 7 = 2 then customer || chr(160)
            when number % 7 = 3 then chr(8203) || customer || chr(65279)
            when number % 7 = 4 then chr(8239) || customer || chr(12288)
            else customer
        end as customer_id,
        case number
            when 1 then '2024-05-01T23:30:00-05:00'
            when 2 then '2024-05-01T00:30:00+02:00'
            when 3 then '2024-05-01T23:30:00Z'
            when 4 then '2024-05-01 23:30 PST'
            when 5 then '2024-05-01 23:30:00'
            when 6 then '2024-05-01 10:30:00 PM'
            else cast(timestamp '2024-01-01 12:00' + to_days(cast(number % 400 as integer)) as varchar)
        end as ordered_at,
        case number
            when 10 then 'Voided'
            when 11 then ' CANCELLED '
            when 12 then 'wc-cancelled'
            when 13 then 'Checkout Draft'
            when 14 then 'Closed'
            when 15 then 'Partially Refunded'
            when 16 then 'partially_refunded'
            when 17 then chr(160) || 'PARTIALLY-REFUNDED'
            else 'paid'
        end as order_status,
        case number
            when 20 then cast(0.1 as double) + cast(0.2 as double)
            when 21 then null
            when 22 then -97.35
            when 23 then 10.125000000001
            when 24 then 10.124999999999
            else 10
        end as order_amount
    from (select number, 'C' || (number % 40) as customer from range(1, 1200) as numbers (number)) as numbered
"""
ORDER_LINES = """
    select
        cast(cast(number as double) as varchar) as order_id,
        piece as line_number,
        case when piece = 1 then '01' when number % 2 = 0 then '1.0' else '99' end as product_id,
        case when number = 21 then 9e11 else 5 end as net_amount
    from range(1, 1200) as numbers (number)
    cross join range(1, 3) as pieces (piece)
    union all
    select 'NOSUCHORDER', piece, '01', 5 from range(1, 3) as pieces (piece)
"""
PRODUCTS = """
    select '01' as product_id, 'kept' as category
    union all
    select '1' as product_id, 'whole' as category
"""
SESSIONS = """
    select 'S' || number as session_id, 'C' || (number % 40) as customer_id,
        timestamptz '2024-02-29 00:30+00' as started_at
    from range(100) as numbers (number)
"""
TICKETS = """
    select 'T' || number as ticket_id, 'C' || (number % 40) as customer_id,
        timestamptz '2024-05-01 10:00+00' as opened_at,
        case when number < 30 then 'GONE' || number else number || '.00' end as order_id
    from range(30, 60) as numbers (number)
    union all
    select 'T1', 'C1', timestamptz '2024-05-01 10:00+00', 'GONE'
"""
REVIEWS = """
    select 'R1' as review_id, 'C1' as customer_id, '2024-05-01T10:00:00+0000' as reviewed_at,
        'GONE' as product_id
    union all
    select 'R2', 'C2', '2024-05-01 10:00:00', '1.0'
"""
CAMPAIGNS = "select 'K1' as campaign_id, 'offer' as action, date '2024-05-01' as started_at"
CONTACTS = """
    select case when number = 9 then 'K9' else 'K1' || chr(9) end as campaign_id,
        'C' || number as customer_id, timestamp '2024-05-01 10:00' as assigned_at, 'treatment' as arm
    from range(10) as numbers (number)
"""
REDEMPTIONS = """
    select 'D1' as coupon_id, 'C1' as customer_id, timestamp '2024-05-01 10:00' as redeemed_at,
        'K7' as campaign_id, 41.0 as order_id
"""
MODELS = {
    "my_orders": ORDERS,
    "my_order_lines": ORDER_LINES,
    "my_products": PRODUCTS,
    "my_sessions": SESSIONS,
    "my_service_tickets": TICKETS,
    "my_reviews": REVIEWS,
    "my_campaigns": CAMPAIGNS,
    "my_campaign_contacts": CONTACTS,
    "my_coupon_redemptions": REDEMPTIONS,
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    dirty = foreign_shop(
        tmp_path_factory.mktemp("dirty") / "shop",
        models=MODELS,
        variables={f"input_{name[3:]}": name for name in MODELS}
        | {"max_rejected_share": {"default": 0.05, "order_lines": 0.1}, "as_of_date": "2025-02-04"},
    )
    dirty.environment["TZ"] = "America/Los_Angeles"
    dirty.build("--select", "+mart_data_readiness")
    return dirty


def rejections(shop: Shop, name: str) -> list[tuple[str, str, str | None]]:
    return shop.query(
        "select row_key, rejection_rule, rejected_value from stg_retention__rejected_rows "
        f"where input_name = '{name}' order by row_key"
    )


def linked(shop: Shop, subject: str) -> tuple[str, float]:
    [row] = shop.query(
        "select status, measured_value from mart_data_readiness "
        f"where subject_type = 'link' and subject = '{subject}'"
    )
    return row


def test_lines_without_an_order_are_rejected_with_the_named_order(shop: Shop) -> None:
    found = [row for row in rejections(shop, "order_lines") if row[0].startswith("NOSUCHORDER")]
    assert found == [
        ("NOSUCHORDER 1", "order_id is not in input_orders", "NOSUCHORDER"),
        ("NOSUCHORDER 2", "order_id is not in input_orders", "NOSUCHORDER"),
    ]


def test_lines_of_a_rejected_order_have_their_own_reason(shop: Shop) -> None:
    found = [row for row in rejections(shop, "order_lines") if row[0].startswith("4 ")]
    assert found == [
        ("4 1", "order_id belongs to a rejected row of input_orders", "4"),
        ("4 2", "order_id belongs to a rejected row of input_orders", "4"),
    ]


def test_every_line_is_accepted_or_rejected(shop: Shop) -> None:
    [(given, kept, rejected, bought)] = shop.query(
        "select (select count(*) from my_order_lines), (select count(*) from stg_retention__order_lines), "
        "(select count(*) from stg_retention__rejected_rows where input_name = 'order_lines'), "
        "(select count(*) from stg_retention__order_lines inner join stg_retention__orders using (order_id))"
    )
    assert kept + rejected == given
    assert bought == kept


def test_a_ticket_of_an_unknown_order_still_counts_for_its_customer(shop: Shop) -> None:
    assert shop.query(
        "select customer_id, order_id from stg_retention__service_tickets where ticket_id = 'T1'"
    ) == [("C1", "GONE")]
    assert linked(shop, "service_tickets.order_id to orders") == ("present", pytest.approx(30 / 31, abs=1e-6))


def test_readiness_counts_rows_of_every_input_that_find_their_parent(shop: Shop) -> None:
    assert {
        subject: (status, round(share, 3))
        for subject, status, share in shop.query(
            "select subject, status, measured_value from mart_data_readiness where subject_type = 'link'"
        )
    } == {
        "order_lines.order_id to orders": ("present", round(2392 / 2400, 3)),
        "order_lines.product_id to products": ("thin", round(1792 / 2392, 3)),
        "sessions.customer_id to customers": ("present", 1.0),
        "reviews.customer_id to customers": ("present", 1.0),
        "reviews.product_id to products": ("thin", 0.5),
        "service_tickets.customer_id to customers": ("present", 1.0),
        "service_tickets.order_id to orders": ("present", round(30 / 31, 3)),
        "campaign_contacts.campaign_id to campaigns": ("present", 0.9),
        "campaign_contacts.customer_id to customers": ("present", 1.0),
        "coupon_redemptions.customer_id to customers": ("present", 1.0),
        "coupon_redemptions.campaign_id to campaigns": ("thin", 0.0),
        "coupon_redemptions.order_id to orders": ("present", 1.0),
    }


def test_void_statuses_match_in_any_spelling(shop: Shop) -> None:
    assert shop.query(
        "select order_id from stg_retention__orders anti join int_retention__purchases using (order_id) "
        "order by cast(order_id as integer)"
    ) == [("10",), ("11",), ("12",), ("13",), ("14",)]


def test_every_status_is_listed_with_its_orders_and_whether_it_counts(shop: Shop) -> None:
    assert set(
        shop.query(
            "select subject, status, rows_count from mart_data_readiness where subject_type = 'order status'"
        )
    ) == {
        ("voided", "excluded", 1),
        ("cancelled", "excluded", 1),
        ("wc_cancelled", "excluded", 1),
        ("checkout_draft", "excluded", 1),
        ("closed", "excluded", 1),
        ("partially_refunded", "present", 3),
        ("paid", "present", 1199 - 8 - 3),
    }


def test_spaces_and_invisible_characters_split_no_customer(shop: Shop) -> None:
    assert shop.query("select count(distinct customer_id) from stg_retention__orders") == [(40,)]


def test_whole_number_ids_match_with_and_without_decimals(shop: Shop) -> None:
    assert shop.query("select min(pieces_count), max(pieces_count) from int_retention__purchases") == [(2, 2)]


def test_an_id_with_a_leading_zero_is_a_different_id(shop: Shop) -> None:
    assert shop.query(
        "select product_id, category, count(*) > 500 from int_retention__purchase_lines "
        "where product_id <> '99' group by all order by all"
    ) == [("01", "kept", True), ("1", "whole", True)]


def test_offsets_are_converted_to_the_time_of_the_shop(shop: Shop) -> None:
    assert shop.query(
        "select cast(ordered_at as varchar) from stg_retention__orders "
        "where order_id in ('1', '2', '3', '5') order by order_id"
    ) == [
        ("2024-05-02 04:30:00",),
        ("2024-04-30 22:30:00",),
        ("2024-05-01 23:30:00",),
        ("2024-05-01 23:30:00",),
    ]


def test_times_with_a_zone_ignore_the_time_zone_of_the_machine(shop: Shop) -> None:
    assert shop.query("select distinct cast(session_date as varchar) from stg_retention__sessions") == [
        ("2024-02-29",)
    ]


def test_an_unknown_time_zone_is_rejected_with_a_reason(shop: Shop) -> None:
    words = "ordered_at has an unknown time zone: use an offset such as +02:00, Z, or no time zone"
    found = {key: (rule, value) for key, rule, value in rejections(shop, "orders")}
    assert found["4"] == (words, "2024-05-01 23:30 PST")
    assert found["6"] == ("ordered_at is not a timestamp", "2024-05-01 10:30:00 PM")


def test_the_example_of_a_missing_value_comes_from_its_own_column(shop: Shop) -> None:
    assert ("22", "customer_id is missing", None) in rejections(shop, "orders")


def test_the_largest_amounts_can_be_summed(shop: Shop) -> None:
    assert shop.query("select purchase_amount from int_retention__purchases where order_id = '21'") == [
        (1.8e12,)
    ]


def test_amounts_are_rounded_to_the_cent(shop: Shop) -> None:
    assert shop.query(
        "select order_amount from stg_retention__orders "
        "where order_id in ('20', '23', '24') order by order_id"
    ) == [(0.3,), (10.13,), (10.13,)]


def test_max_rejected_share_can_be_raised_for_one_input(shop: Shop) -> None:
    refused = shop.dbt(
        "build",
        "--select",
        "stg_retention__rejected_rows",
        "--exclude-resource-type",
        "unit_test",
        max_rejected_share={"default": 0.05, "order_lines": 0.001},
    )
    assert refused.returncode != 0
    assert "more than max_rejected_share = 0.001 (of order_lines)" in refused.stdout
