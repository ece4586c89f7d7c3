"""One customer: orders, rhythm, reasons, actions, products, and the history of the score."""

from __future__ import annotations

import streamlit as st

from dbt_retention.bi import customer_charts
from dbt_retention.bi.cockpit.view import Column, View
from dbt_retention.bi.marts import Row


def show(view: View) -> None:
    """The page."""
    t = view.texts
    left, right = st.columns([1, 2])
    if "open_customer" in st.session_state:
        st.session_state["customer_search"] = st.session_state.pop("open_customer")
    search = left.text_input(t("cockpit.customer.search"), key="customer_search").strip()
    found = [str(row["customer_id"]) for row in view.rows("found_customers", search=search)]
    if not found:
        view.empty("cockpit.customer.empty")
        return
    name = right.selectbox(t("column.customer"), found, key=f"customer_of_{search}")
    with view.marts() as marts:
        customer = marts.first("customer", customer=name)
        orders, actions, products, history = (
            marts.rows(question, customer=name)
            for question in ("customer_orders", "customer_actions", "customer_products", "customer_history")
        )
    if customer is None:
        view.empty("cockpit.customer.empty")
        return
    _figures(view, customer)
    left, right = st.columns([1.6, 1], gap="large")
    with left:
        _reasons(view, customer)
    with right:
        _action(view, customer)
    st.subheader(t("cockpit.customer.timeline"))
    if orders:
        view.chart(customer_charts.timeline(orders, customer, t, currency=view.formats.currency))
        st.caption(t("cockpit.customer.timeline_note"))
    else:
        view.empty("cockpit.customer.no_orders")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(t("cockpit.customer.rhythm"))
        if any(row["gap_days"] is not None for row in orders):
            view.chart(customer_charts.rhythm(orders, customer["days_since_last_order"], t))
        else:
            view.empty("cockpit.customer.one_order")
    with right:
        st.subheader(t("cockpit.customer.history"))
        if len(history) > 1:
            view.chart(customer_charts.score_history(history, t))
        else:
            view.empty("cockpit.customer.one_score")
    _actions(view, actions)
    _products(view, products)


def _reasons(view: View, customer: Row) -> None:
    t = view.texts
    st.subheader(t("cockpit.customer.reasons"))
    reasons = [customer[key] for key in ("reason_1", "reason_2", "reason_3") if customer[key]]
    for number, reason in enumerate(reasons, start=1):
        st.text(f"{number}.  {t.sentence(reason)}")
    if not reasons:
        st.caption(t("cockpit.customer.not_warned"))


def _figures(view: View, customer: Row) -> None:
    t, f = view.texts, view.formats
    cards = st.columns(5)
    change = customer["probability_change"]
    cards[0].metric(
        t("column.churn_probability"),
        f.percent(customer["churn_probability"]),
        delta=None if change is None else f"{f.change(100 * change)} {t('unit.points')}",
        delta_color="inverse",
        border=True,
        height="stretch",
    )
    cards[1].metric(
        t("column.risk_tier"), t.value("risk_tier", customer["risk_tier"]), border=True, height="stretch"
    )
    cards[2].metric(
        t("column.value_at_risk"), f.amount(customer["value_at_risk"]), border=True, height="stretch"
    )
    cards[3].metric(
        t("column.last_order"),
        t("report.warned_list.one_day_ago")
        if customer["days_since_last_order"] == 1
        else t("report.warned_list.days_ago", days=f.count(customer["days_since_last_order"])),
        border=True,
        height="stretch",
    )
    cards[4].metric(
        t("column.next_order"), f.day(customer["expected_next_order_date"]), border=True, height="stretch"
    )
    facts = [t.value("segment_name", customer["segment_name"])] if customer["segment_name"] else []
    if customer["overdue_ratio"] is not None:
        facts.append(t("report.warned_list.overdue", ratio=f.decimal(customer["overdue_ratio"], 1)))
    if customer["expected_value_12m"] is not None:
        facts.append(t("cockpit.customer.expected", amount=f.amount(customer["expected_value_12m"])))
    st.caption(" · ".join(facts))


def _action(view: View, customer: Row) -> None:
    t, f = view.texts, view.formats
    st.subheader(t("column.action"))
    if customer["is_holdout"]:
        st.text(t("report.warned_list.holdout"))
    elif customer["recommended_action"] in (None, "none"):
        st.text(t("report.warned_list.no_action"))
    else:
        st.text(t.value("action", customer["recommended_action"]))
        st.caption(
            f"{t('column.profit')}{t('colon')}{f.cents(customer['expected_profit'])} "
            f"({t.value('evidence', customer['evidence'])})"
        )


def _actions(view: View, actions: list[Row]) -> None:
    st.subheader(view.texts("cockpit.customer.actions"))
    if not actions:
        view.empty("report.actions.empty")
        return
    view.table(
        [
            row | {"effect_points": None if row["effect_rate"] is None else 100 * row["effect_rate"]}
            for row in actions
        ],
        [
            Column("action", "column.action", values="action"),
            Column("is_chosen", "column.chosen", "check"),
            Column("is_eligible", "column.allowed", "check"),
            Column("effect_points", "column.effect", "points"),
            Column("expected_cost_amount", "column.cost", "amount"),
            Column("expected_profit", "column.profit", "amount"),
            Column("evidence", "column.evidence", values="evidence"),
        ],
        key="customer_actions",
    )


def _products(view: View, products: list[Row]) -> None:
    st.subheader(view.texts("cockpit.customer.products"))
    if not products:
        view.empty("report.recommendations.empty")
        return
    view.table(
        products,
        [
            Column("list_rank", "column.rank", "count"),
            Column("item", "column.product"),
            Column("is_new", "column.new", "check"),
            Column("reason", "column.reasons", "sentence"),
        ],
        key="customer_products",
    )
