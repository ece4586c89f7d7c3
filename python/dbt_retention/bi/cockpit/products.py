"""Rules and itemsets, as a graph and as tables."""

from __future__ import annotations

import streamlit as st

from dbt_retention.bi import charts, customer_charts
from dbt_retention.bi.cockpit.view import MOST, Column, View


def show(view: View) -> None:
    """The page."""
    t, f = view.texts, view.formats
    with view.marts() as marts:
        rules = marts.rows("rules", most=MOST)
        itemsets = marts.rows("itemsets", most=MOST)
        judged = marts.rows("recommendations")
    if rules:
        st.subheader(t("cockpit.products.graph"))
        shown = st.slider(
            t("cockpit.products.shown"),
            5,
            max(6, min(60, len(rules))),
            min(20, len(rules)),
            key="rules_shown",
        )
        st.graphviz_chart(customer_charts.rule_graph(rules[:shown], t), width="content")
        st.caption(t("cockpit.products.graph_note"))
        view.table(
            rules,
            [
                Column("antecedent", "column.antecedent"),
                Column("consequent", "column.consequent"),
                Column("baskets_count", "column.baskets", "count"),
                Column("confidence", "column.confidence", "percent"),
                Column("lift", "column.lift", "decimal"),
            ],
            key="rules",
        )
    else:
        view.empty("cockpit.products.empty")
    if itemsets:
        st.subheader(t("cockpit.products.itemsets"))
        view.table(
            itemsets,
            [
                Column("itemset", "column.itemset"),
                Column("length", "column.items", "count"),
                Column("baskets_count", "column.baskets", "count"),
                Column("support", "column.support", "percent"),
            ],
            key="itemsets",
        )
    st.subheader(t("report.recommendations.title"))
    if judged:
        view.chart(charts.recommendations(judged, t))
        st.caption(t("report.recommendations.note", date=f.day(judged[0]["as_of_date"])))
    else:
        view.empty("report.recommendations.empty")
