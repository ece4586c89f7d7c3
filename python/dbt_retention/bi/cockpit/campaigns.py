"""Campaign effects with intervals, faults of campaigns, and the experiment plan."""

from __future__ import annotations

import streamlit as st

from dbt_retention.bi import charts
from dbt_retention.bi.cockpit.view import Column, View
from dbt_retention.bi.marts import Row


def show(view: View) -> None:
    """The page."""
    t = view.texts
    with view.marts() as marts:
        campaigns, faults, plan = (marts.rows(name) for name in ("campaigns", "campaign_faults", "plan"))
    if campaigns:
        st.caption(t("report.campaigns.lead"))
        if judged := [row for row in campaigns if row["lower_points"] is not None]:
            view.chart(charts.campaigns(judged, t))
        view.table(
            [row | _in_words(view, row) for row in campaigns],
            [
                Column("campaign_id", "column.campaign_id"),
                Column("action", "column.action", values="action"),
                Column("assigned_from_date", "column.date", "day"),
                Column("treated", "column.stayed_treated"),
                Column("compared", "column.stayed_compared"),
                Column("effect", "column.effect", "interval"),
                Column("finding", "column.verdict"),
                Column("cost_amount", "column.campaign_cost", "amount"),
                Column("incremental_profit_amount", "column.incremental_profit", "amount"),
            ],
            key="campaigns",
        )
        if any(not row["is_causal"] for row in campaigns):
            st.caption(t("report.campaigns.not_causal"))
    else:
        view.empty("report.campaigns.empty")
    if faults:
        st.subheader(t("cockpit.campaigns.faults"))
        view.table(
            faults,
            [
                Column("campaign_id", "column.campaign_id"),
                Column("check_name", "column.check", values="check_name"),
                Column("is_disqualifying", "column.disqualifying", "check"),
                Column("finding", "column.finding", "sentence"),
            ],
            key="faults",
            lines=2,
        )
    st.subheader(t("cockpit.campaigns.plan"))
    if not plan:
        view.empty("report.actions.empty")
        return
    st.caption(t("cockpit.campaigns.plan_note"))
    rates = ("base_retention_rate", "expected_effect_rate", "minimum_detectable_effect_rate")
    view.table(
        [
            row | {f"{rate}_points": None if row[rate] is None else 100 * row[rate] for rate in rates}
            for row in plan
        ],
        [
            Column("action", "column.action", values="action"),
            Column("treatment_count", "column.contacts", "count"),
            Column("control_count", "column.controls", "count"),
            Column("base_retention_rate", "column.base_retention", "percent"),
            Column("expected_effect_rate_points", "column.expected_effect", "points"),
            Column("minimum_detectable_effect_rate_points", "column.detectable", "points"),
            Column("power_probability", "column.power", "percent"),
            Column("customers_needed_count", "column.needed", "count"),
        ],
        key="plan",
    )


def _in_words(view: View, row: Row) -> Row:
    """Who stayed, the effect with its interval, and the finding of a campaign."""
    t, f = view.texts, view.formats
    words = {
        arm: t(
            "cockpit.campaigns.stayed",
            share=f.percent(row[f"{arm}_retention_rate"]),
            customers=f.count(row[f"{arm}_count"]),
        )
        for arm in ("treated", "compared")
    }
    effect = f.change(row["effect_points"], 1)
    if row["lower_points"] is not None:
        effect += f"  ({f.change(row['lower_points'], 1)} … {f.change(row['upper_points'], 1)})"
    finding = t.value("retention_verdict", row["retention_verdict"])
    if not row["is_causal"]:
        finding += t("cockpit.campaigns.not_causal")
    return words | {"effect": effect, "finding": finding}
