"""Model health: metrics, calibration, lift, reasons, drift and versions."""

from __future__ import annotations

import streamlit as st

from dbt_retention.bi import charts
from dbt_retention.bi.cockpit.view import Column, View
from dbt_retention.bi.report import FEATURES


def show(view: View) -> None:
    """The page."""
    t, f = view.texts, view.formats
    with view.marts() as marts:
        metrics, bins, lift, reasons, drift, versions = (
            marts.rows(name) for name in ("metrics", "calibration", "lift", "reasons", "drift", "versions")
        )
    if metrics:
        one = metrics[0]
        st.caption(
            t(
                "report.metrics.lead",
                customers=f.count(one["customers_count"]),
                date=f.day(one["as_of_date"]),
                churners=f.count(one["churners_count"]),
            )
        )
        view.table(
            [
                row
                | {
                    "meaning": t(f"report.metrics.{row['metric']}"),
                    "interval": f"{f.decimal(row['lower_95'], 3)} … {f.decimal(row['upper_95'], 3)}",
                }
                for row in metrics
            ],
            [
                Column("metric", "column.metric", values="metric"),
                Column("metric_value", "column.value", "measure"),
                Column("interval", "column.interval"),
                Column("meaning", "column.meaning", "sentence", pixels=520),
            ],
            key="metrics",
        )
    else:
        view.empty("report.metrics.empty")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("report.calibration.title"))
        if bins:
            view.chart(charts.calibration(bins, t))
            exact = sum(row["is_calibrated"] for row in bins)
            st.caption(t("report.calibration.note", calibrated=exact, bins=len(bins)))
        else:
            view.empty("report.calibration.empty")
        st.subheader(t("report.reasons.title"))
        if reasons:
            view.chart(charts.reasons(reasons, t))
            st.caption(t("report.reasons.note"))
        else:
            view.empty("report.reasons.empty")
    with right:
        st.subheader(t("report.lift.title"))
        if lift:
            view.chart(charts.lift(lift, t))
        else:
            view.empty("report.lift.empty")
        st.subheader(t("cockpit.health.versions"))
        if versions:
            view.table(
                versions,
                [
                    Column("model_version", "report.model"),
                    Column("role", "column.role", values="role"),
                    Column("test_date", "column.test_date", "day"),
                    Column("test_auc", "column.auc", "measure"),
                ],
                key="versions",
            )
        else:
            view.empty("report.metrics.empty")
    st.subheader(t("report.drift.title"))
    features = [row for row in drift if row["subject"] == "feature"]
    if not features:
        view.empty("report.drift.empty")
        return
    counted = {
        status: sum(row["drift_status"] == status for row in features)
        for status in ("stable", "moved", "drifted")
    }
    score = next((row["drift_status"] for row in drift if row["subject"] == "score"), None)
    st.caption(t("report.drift.lead", **counted, score=t.value("drift_status", score)))
    view.chart(charts.drift(features[:FEATURES], t))
