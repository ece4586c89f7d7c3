"""Columns and types of the files that are written: the inputs of the contract, and the truth behind them."""

from __future__ import annotations

from typing import Any, Final

import pyarrow as pa

TYPES: Final[dict[str, Any]] = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "moment": pa.timestamp("s"),
    "date": pa.date32(),
    "flag": pa.bool_(),
}


def _schema(text: str) -> pa.Schema:
    """Read a schema from 'name type, name type'."""
    return pa.schema([(name, TYPES[kind]) for name, kind in map(str.split, text.split(","))])


# Columns of the input contract (models/staging/checked); an optional one may be left out. ordered_at is text,
# because a few rows hold a word instead of a time.
INPUTS: Final[dict[str, Any]] = {
    "orders": _schema(
        "order_id text, customer_id text, ordered_at text, order_status text, channel text,"
        "order_amount number, discount_amount number, loaded_at moment"
    ),
    "order_lines": _schema(
        "order_id text, product_id text, line_number whole, quantity whole, net_amount number,"
        "discount_amount number, coupon_id text, returned_quantity whole, returned_at moment"
    ),
    "customers": _schema(
        "customer_id text, signed_up_at moment, birth_year whole, gender text, city text,"
        "acquisition_channel text, membership_tier text, email text, phone text,"
        "email_consent flag, ads_consent flag"
    ),
    "products": _schema(
        "product_id text, product_name text, category text, subcategory text, brand text,"
        "unit_cost number, stock_on_hand whole"
    ),
    "sessions": _schema(
        "session_id text, customer_id text, started_at moment, duration_seconds whole,"
        "page_views whole, product_views whole, cart_adds whole, searches whole,"
        "traffic_source text, loaded_at moment"
    ),
    "reviews": _schema(
        "review_id text, customer_id text, reviewed_at moment, product_id text, rating whole,"
        "review_text text, loaded_at moment"
    ),
    "service_tickets": _schema(
        "ticket_id text, customer_id text, opened_at moment, order_id text, ticket_type text,"
        "closed_at moment, satisfaction whole, loaded_at moment"
    ),
    "campaigns": _schema(
        "campaign_id text, action text, started_at moment, ended_at moment, channel text,"
        "contact_cost number, offer_value number"
    ),
    "campaign_contacts": _schema(
        "campaign_id text, customer_id text, assigned_at moment, arm text, contacted_at moment,"
        "opened_at moment, clicked_at moment"
    ),
    "coupon_redemptions": _schema(
        "coupon_id text, customer_id text, redeemed_at moment, campaign_id text, order_id text"
    ),
    "returns": _schema(
        "return_id text, customer_id text, returned_at moment, product_id text, order_id text,"
        "returned_quantity whole, returned_amount number, loaded_at moment"
    ),
}
# dropout_date null: still a customer on the last day; fade_start_date null: did not fade in the period.
# true_effect: treatment minus control; 0 for a customer who had left before.
# truth_actions: the result of a contact on the day after the last day, by customer and action, and without an
# action: P(a purchase within effect_days), purchases expected in 12 months, P(the offer is taken).
# planted_share: the share of orders to which the whole itemset was added.
TRUTH: Final[dict[str, Any]] = {
    "truth_customers": _schema(
        "customer_id text, dropout_date date, fade_start_date date, purchases_per_day number,"
        "margin_per_order number, price_sensitivity number, preferred_categories text, latent_group text"
    ),
    "truth_effects": _schema(
        "campaign_id text, customer_id text, action text, effect_days whole,"
        "stay_probability_control number, stay_probability_treatment number, true_effect number"
    ),
    "truth_actions": _schema(
        "customer_id text, action text, effect_days whole, buy_probability number,"
        "expected_purchases_12m number, offer_probability number"
    ),
    "truth_itemsets": _schema("itemset_id text, product_id text, planted_share number"),
}
