"""Inventory, service and members."""

from __future__ import annotations

import streamlit as st

from dbt_retention.bi import customer_charts
from dbt_retention.bi.cockpit.view import ALL, MOST, Column, View

STOCK = ["too little", "enough if they leave", "enough", "too much", "stock not known"]
INVENTORY = [
    Column("product", "column.product", pixels=205),
    Column("category", "column.category", pixels=125),
    Column("warned_customers_count", "column.warned_customers", "count"),
    Column("usual_units", "column.usual_units", "units"),
    Column("units_at_risk", "column.units_at_risk", "units"),
    Column("units_at_risk_share", "column.share_at_risk", "percent", is_shown=False),
    Column("forecast_units", "column.forecast_units", "units", is_shown=False),
    Column("stock_on_hand_count", "column.stock", "count"),
    Column("stock_days", "column.stock_days", "days"),
    Column("stock_warning", "column.stock_warning", values="stock_warning", pixels=122),
]
SERVICE = [
    Column("priority_rank", "column.rank", "count"),
    Column("ticket_id", "column.ticket"),
    Column("customer_id", "column.customer"),
    Column("ticket_type", "column.ticket_type", values="ticket_type"),
    Column("opened_date", "column.opened", "day"),
    Column("waiting_days", "column.waiting", "days"),
    Column("value_at_risk", "column.value_at_risk", "amount"),
    Column("risk_tier", "column.risk_tier", values="risk_tier"),
    Column("return_policy", "column.return_policy", values="return_policy"),
]
MEMBERS = [
    Column("customer_id", "column.customer"),
    Column("membership_tier", "column.tier", values="membership_tier"),
    Column("earned_tier", "column.earned_tier", values="membership_tier"),
    Column("next_tier", "column.next_tier"),
    Column("is_next_tier_near", "column.near", "check"),
    Column("amount_to_next_tier", "column.amount_to_next", "amount"),
    Column("orders_to_next_tier", "column.orders_to_next", "count"),
    Column("offer_1_name", "column.item_to_offer"),
    Column("risk_tier", "column.risk_tier", values="risk_tier"),
    Column("value_at_risk", "column.value_at_risk", "amount", is_shown=False),
]


def inventory(view: View) -> None:
    """The page of products and stock."""
    t = view.texts
    chosen = st.multiselect(
        t("column.stock_warning"), STOCK, format_func=lambda one: t.value("stock_warning", one),
        placeholder=t("cockpit.all"), key="stock",
    )  # fmt: skip
    rows = view.rows("inventory", warnings=chosen, most=MOST)
    if not rows:
        view.empty("cockpit.inventory.empty")
        return
    if top := [row for row in rows if (row["units_at_risk"] or 0) > 0][:10]:
        st.subheader(t("cockpit.inventory.title"))
        view.chart(customer_charts.stock(top, t))
    view.download(
        lambda: view.rows("inventory", warnings=chosen, most=ALL), INVENTORY, name="retention_inventory"
    )
    _first(view, rows)
    view.table(rows, INVENTORY, key="inventory")


def service(view: View) -> None:
    """The page of open service tickets."""
    _list(view, "service", SERVICE)


def members(view: View) -> None:
    """The page of members and their next tier."""
    _list(view, "members", MEMBERS)


def _list(view: View, name: str, columns: list[Column]) -> None:
    """A page with the rows of the query `name`, and their download."""
    rows = view.rows(name, most=MOST)
    if not rows:
        view.empty(f"cockpit.{name}.empty")
        return
    st.caption(view.texts(f"cockpit.{name}.lead"))
    view.download(lambda: view.rows(name, most=ALL), columns, name=f"retention_{name}")
    _first(view, rows)
    view.table(rows, columns, key=name)


def _first(view: View, rows: list[dict[str, object]]) -> None:
    if len(rows) == MOST:
        st.caption(view.texts("cockpit.first_rows", most=view.formats.count(MOST)))
