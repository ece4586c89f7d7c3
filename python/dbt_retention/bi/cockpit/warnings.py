"""Warning list: all scored customers with filters, search and download."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dbt_retention.bi.charts import TIERS
from dbt_retention.bi.cockpit.view import ALL, MOST, Column, View

COLUMNS = [
    Column("customer_id", "column.customer"),
    Column("risk_tier", "column.risk_tier", values="risk_tier"),
    Column("churn_probability", "column.churn_probability", "percent"),
    Column("value_at_risk", "column.value_at_risk", "amount"),
    Column("recommended_action", "column.action", values="action", pixels=108),
    Column("reason_1", "column.reason_1", "sentence", pixels=470),
    Column("expected_profit", "column.profit", "amount", is_shown=False),
    Column("days_since_last_order", "column.silent", "days", is_shown=False),
    Column("expected_next_order_date", "column.next_order", "day", is_shown=False),
    Column("is_holdout", "column.holdout", "check", is_shown=False),
    Column("segment_name", "column.segment", values="segment_name", is_shown=False),
    Column("reason_2", "column.reason_2", "sentence", is_shown=False),
    Column("reason_3", "column.reason_3", "sentence", is_shown=False),
]


def show(view: View) -> None:
    """The page."""
    t = view.texts
    [values] = view.rows("filter_values") or [{"tiers": [], "actions": [], "segments": []}]
    if not values["tiers"]:
        view.empty("report.empty")
        return
    known = [tier for tier in TIERS if tier in values["tiers"]]
    tiers = [*known, *sorted({*values["tiers"]} - {*known})]
    first, second, third, fourth = st.columns([1.7, 1.2, 1.4, 1])
    everything = t("cockpit.all")
    filters: dict[str, Any] = {
        "tiers": first.pills(
            t("column.risk_tier"),
            tiers,
            selection_mode="multi",
            default=[tier for tier in tiers if tier != "low"],
            format_func=lambda tier: t.value("risk_tier", tier),
            key="tiers",
        ),
        "actions": second.multiselect(
            t("column.action"),
            sorted(values["actions"] or []),
            format_func=lambda action: t.value("action", action),
            placeholder=everything,
            key="filter_actions",
        ),
        "segments": third.multiselect(
            t("column.segment"),
            values["segments"] or [],
            format_func=lambda name: t.value("segment_name", name),
            placeholder=everything,
            key="segments",
        ),
        "search": fourth.text_input(t("cockpit.search"), key="search").strip(),
    }
    rows = view.rows("warning_list", most=ALL, **filters)
    at_risk = [row["value_at_risk"] for row in rows if row["value_at_risk"] is not None]
    counted, valued, saved = st.columns([1, 1, 2], vertical_alignment="bottom")
    counted.metric(t("column.customers"), view.formats.count(len(rows)))
    valued.metric(t("column.value_at_risk"), view.formats.amount(sum(at_risk) if at_risk else None))
    if not rows:
        view.empty("cockpit.warnings.empty")
        return
    with saved:
        view.download(
            lambda: view.rows("warning_list", most=ALL, **filters), COLUMNS, name="retention_warnings"
        )
    st.caption(
        t("cockpit.warnings.open")
        + (f" {t('cockpit.first_rows', most=view.formats.count(MOST))}" if len(rows) > MOST else "")
    )
    chosen = view.table(rows[:MOST], COLUMNS, key="warnings", selectable=True, most_pixels=640)
    if chosen is not None:
        st.session_state["open_customer"] = str(rows[chosen]["customer_id"])
        st.session_state["open_page"] = "customer"
        st.rerun()
