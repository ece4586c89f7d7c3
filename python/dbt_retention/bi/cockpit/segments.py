"""Segments, where their customers went, and cohorts."""

from __future__ import annotations

import streamlit as st

from dbt_retention.bi import charts, customer_charts
from dbt_retention.bi.cockpit.view import Column, View
from dbt_retention.bi.report import FEW


def show(view: View) -> None:
    """The page."""
    t, f = view.texts, view.formats
    with view.marts() as marts:
        segments, moves, cohorts = (marts.rows(name) for name in ("segments", "migration", "cohorts"))
    if segments:
        st.caption(t("report.segments.lead"))
        view.table(
            segments,
            [
                Column("segment_name", "column.segment", values="segment_name"),
                Column("customers_count", "column.customers", "count"),
                Column("customers_share", "column.share", "percent"),
                Column("days_since_last_order_avg", "column.silent", "days"),
                Column("orders_avg_364d", "column.orders_per_year", "units"),
                Column("spend_amount_avg_364d", "column.spend_per_year", "amount"),
                Column("churn_probability_avg", "column.churn_probability", "percent"),
                Column("value_at_risk", "column.value_at_risk", "amount"),
            ],
            key="segments_table",
        )
    else:
        view.empty("report.segments.empty")
    valued = [row for row in segments if row["value_at_risk"] is not None]
    if valued:
        st.subheader(t("report.segments.value"))
        view.chart(charts.segment_value(valued, t))
    if moves:
        days = {"from": f.day(moves[0]["from_as_of_date"]), "until": f.day(moves[0]["to_as_of_date"])}
        st.subheader(t("report.segments.migration", **days))
        view.chart(charts.migration(moves, t, few=FEW))
        st.caption(t("report.segments.migration_note", few=FEW))
    elif segments:
        view.empty("report.segments.migration_empty")
    st.subheader(t("cockpit.segments.cohorts"))
    if cohorts:
        view.chart(customer_charts.cohorts(cohorts, t))
        st.caption(t("cockpit.segments.cohorts_note"))
    else:
        view.empty("report.months.empty")
