"""Overview: the headline figures, tiers and trend."""

from __future__ import annotations

import streamlit as st

from dbt_retention.bi import charts
from dbt_retention.bi.cockpit.view import Column, View


def show(view: View) -> None:
    """The page."""
    t, f = view.texts, view.formats
    with view.marts() as marts:
        headline, plan, model = (marts.first(question) for question in ("headline", "plan_total", "model"))
        tiers, trend, months = (marts.rows(question) for question in ("tiers", "trend", "active_months"))
        actions, findings = marts.rows("actions"), marts.rows("findings")
    if headline is None:
        view.empty("report.empty")
        _findings(view, findings)
        return
    since = headline["previous_as_of_date"]
    profit = plan["profit_amount"] if plan else None
    share = t("report.warned_share", percent=headline["warned_percent"])
    horizon = t("report.expected_note", days=headline["churn_horizon_days"])
    shown = (
        ("scored", f.count(headline["customers_count"]), headline["customers_change"], None),
        ("warned", f.count(headline["warned_count"]), headline["warned_change"], share),
        (
            "value_at_risk",
            f.amount(headline["value_at_risk"]),
            headline["value_at_risk_change"],
            t("report.value_at_risk_note"),
        ),
        (
            "expected",
            f.count(headline["churners_expected_count"]),
            headline["churners_expected_change"],
            horizon,
        ),
        ("profit", f.amount(profit), None, None),
    )
    for card, (label, figure, change, note) in zip(st.columns(5), shown, strict=True):
        card.metric(
            t(f"report.{label}"),
            figure,
            delta=None if change is None else t("report.since", change=f.change(change), date=f.day(since)),
            delta_color="off",
            help=note,
            border=True,
            height="stretch",
        )
    facts = [f"{t('report.as_of')} {f.day(headline['as_of_date'])}"]
    if headline["churn_definition"] == "fixed_horizon":
        facts.append(t("report.horizon", days=headline["churn_horizon_days"]))
    if model:
        facts.append(f"{t('report.model')} {model['model_version']}")
    if since is None:
        facts.append(t("report.no_previous"))
    st.caption(" · ".join(facts))
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("report.tiers.chart"))
        view.chart(charts.tiers(tiers, t))
        view.table(
            tiers,
            [
                Column("risk_tier", "column.risk_tier", values="risk_tier"),
                Column("customers_count", "column.customers", "count"),
                Column("churn_probability_avg", "column.churn_probability", "percent"),
                Column("value_at_risk", "column.value_at_risk", "amount"),
            ],
            key="tiers",
        )
    with right:
        st.subheader(t("report.months.title"))
        if months:
            view.chart(charts.active_months(months, t))
        else:
            view.empty("report.months.empty")
        st.subheader(t("report.trend.title"))
        if len({row["as_of_date"] for row in trend}) > 1:
            view.chart(charts.trend(trend, t))
        else:
            view.empty("report.trend.empty")
    st.subheader(t("report.actions.title"))
    if actions:
        view.table(
            actions,
            [
                Column("action", "column.action", values="action"),
                Column("channel", "column.channel", values="channel"),
                Column("contacts_count", "column.contacts", "count"),
                Column("controls_count", "column.controls", "count"),
                Column("cost_amount", "column.cost", "amount"),
                Column("profit_amount", "column.profit", "amount"),
                Column("evidence", "column.evidence", values="evidence"),
            ],
            key="actions",
        )
    else:
        view.empty("report.actions.empty")
    _findings(view, findings)


def _findings(view: View, findings: list[dict[str, object]]) -> None:
    st.subheader(view.texts("report.readiness.findings"))
    if not findings:
        st.caption(view.texts("report.readiness.no_findings"))
        return
    for row in findings:
        with st.container(border=True):
            subject, status = (view.texts.value(column, row[column]) for column in ("subject", "status"))
            st.text(f"{subject} ({view.texts.value('subject_type', row['subject_type'])}) · {status}")
            advice = f"{view.texts('column.to_do')}{view.texts('colon')}{row['what_to_do']}"
            st.text(f"{row['what_it_costs']}. {advice}")
