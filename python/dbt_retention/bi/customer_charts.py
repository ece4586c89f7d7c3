"""Chart specifications that only the cockpit shows: one customer, cohorts, and rules as a graph."""

from __future__ import annotations

from datetime import date

import altair as alt

from dbt_retention.bi.charts import BLUE, INK, MUTED, ORANGE, PALE_BLUE, Chart, _data, _figures, _labels, _tip
from dbt_retention.bi.marts import Row
from dbt_retention.bi.texts import Texts

WIDTH = 350  # half of a page


def timeline(orders: list[Row], customer: Row, texts: Texts, *, currency: str = "") -> Chart:
    """Orders of a customer in time, the decision date, and the interval of the next order.

    currency: the unit of the spend; empty = that of the shop's orders.
    """
    has_amounts = any(row["spend_amount"] is not None for row in orders)
    column = "spend_amount" if has_amounts else "orders_count"
    spend = f"{texts('column.spend')} ({currency or texts('unit.order_currency')})"
    title = spend if has_amounts else texts("column.orders")
    day = alt.X("purchase_date:T", title=None, axis=alt.Axis(format="%Y-%m", tickCount=8))
    bars = (
        alt.Chart(_data(orders))
        .mark_bar(width=3, color=BLUE)
        .encode(
            x=day,
            y=alt.Y(**_figures(column, title, ",.0f", ticks=4)),
            tooltip=[
                alt.Tooltip("purchase_date:T", title=texts("column.date"), format="%Y-%m-%d"),
                _tip("orders_count", texts("column.orders"), ",d"),
                _tip("spend_amount", spend, ",.2f"),
            ],
        )
    )
    today = customer["as_of_date"]
    layers = [bars]
    start, end = customer["next_order_from_date"], customer["next_order_until_date"]
    if start and end:
        layers.insert(
            0,
            alt.Chart(_data([{"from": start, "until": end}]))
            .mark_rect(color="#fbe7d6")
            .encode(x="from:T", x2="until:T"),
        )
    marks = [{"day": today, "label": texts("column.as_of_date"), "kind": "today"}]
    if customer["expected_next_order_date"]:
        marks.append(
            {"day": customer["expected_next_order_date"], "label": texts("column.next_order"), "kind": "next"}
        )
    rules = (
        alt.Chart(_data(marks))
        .mark_rule(strokeDash=[4, 3], strokeWidth=1.5)
        .encode(
            x="day:T",
            color=alt.Color(
                "label:N",
                scale=alt.Scale(
                    domain=[texts("column.as_of_date"), texts("column.next_order")], range=[INK, ORANGE]
                ),
                legend=alt.Legend(symbolType="stroke"),
            ),
        )
    )
    return alt.layer(*layers, rules).properties(width=840, height=200)


def rhythm(orders: list[Row], silent_days: int, texts: Texts) -> Chart:
    """How many days usually pass between the orders of a customer, against the silence now."""
    gaps = [{"gap": row["gap_days"]} for row in orders if row["gap_days"] is not None]
    most = max([silent_days, *(row["gap"] for row in gaps)])
    step = next(step for step in (1, 2, 5, 7, 14, 28, 56, 112) if most / step <= 24 or step == 112)
    edges = [step * place for place in range(int(most // step) + 2)]
    bars = (
        alt.Chart(_data(gaps))
        .mark_bar(color=PALE_BLUE)
        .encode(
            x=alt.X(
                "gap:Q",
                bin=alt.Bin(step=step),
                title=texts("cockpit.customer.gap_axis"),
                axis=alt.Axis(values=edges[:: 1 + len(edges) // 9]),
                scale=alt.Scale(domain=[0, step * (most // step + 1)]),
            ),
            y=alt.Y(
                "count():Q",
                title=texts("cockpit.customer.times"),
                axis=alt.Axis(tickCount=4, format="d", domain=False),
            ),
        )
    )
    now = alt.Chart(_data([{"gap": silent_days, "label": texts("cockpit.customer.silent_now")}]))
    rule = now.mark_rule(color=ORANGE, strokeWidth=2.5).encode(x="gap:Q")
    name = now.mark_text(align="right", dx=-6, dy=2, color=ORANGE, y=8, fontWeight="bold").encode(
        x="gap:Q", text="label:N"
    )
    return (bars + rule + name).properties(width=WIDTH, height=190)


def score_history(rows: list[Row], texts: Texts) -> Chart:
    """Churn probability of a customer on each scoring date."""
    return (
        alt.Chart(_data(rows))
        .mark_line(color=BLUE, point=alt.OverlayMarkDef(filled=True, size=60, color=BLUE))
        .encode(
            x=alt.X("as_of_date:T", title=None, axis=alt.Axis(format="%Y-%m-%d", tickCount=6)),
            y=alt.Y(
                "churn_probability:Q",
                title=texts("column.churn_probability"),
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%", tickCount=5, domain=False),
            ),
            tooltip=[
                alt.Tooltip("as_of_date:T", title=texts("column.as_of_date"), format="%Y-%m-%d"),
                _tip("churn_probability", texts("column.churn_probability"), ".0%"),
            ],
        )
        .properties(width=WIDTH, height=190)
    )


def cohorts(rows: list[Row], texts: Texts) -> Chart:
    """Share of each cohort that bought, by month since the first order."""
    named = [row | {"cohort": month_of(row["cohort_month_date"])} for row in rows]
    base = alt.Chart(_data(named)).encode(
        x=alt.X(
            "months_since_first:O",
            title=texts("cockpit.segments.months_since"),
            axis=alt.Axis(labelAngle=0, domain=False, ticks=False),
        ),
        y=alt.Y(**_labels("cohort", list(dict.fromkeys(row["cohort"] for row in named)))),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=1.5).encode(
        color=alt.condition(
            "datum.retention_rate === null",
            alt.value("#f1f3f6"),
            alt.Color(
                "retention_rate:Q", scale=alt.Scale(range=["#eef3f8", BLUE], domain=[0, 1]), legend=None
            ),
        ),
        tooltip=[
            _tip("cohort", texts("cockpit.segments.cohort")),
            _tip("retention_rate", texts("cockpit.segments.bought"), ".0%"),
            _tip("cohort_customers_count", texts("unit.customers"), ",d"),
        ],
    )
    shares = base.mark_text().encode(
        text=alt.condition(
            "datum.retention_rate === null", alt.value("·"), alt.Text("retention_rate:Q", format=".0%")
        ),
        color=alt.condition("datum.retention_rate > 0.6", alt.value("white"), alt.value(INK)),
    )
    return (cells + shares).properties(width=760, height=30 * len({row["cohort"] for row in named}))


def month_of(day: date) -> str:
    """2024-07"""
    return f"{day:%Y-%m}"


def stock(rows: list[Row], texts: Texts) -> Chart:
    """Products with the largest demand at risk: units that warned customers usually buy."""
    # Two products may have the same name: a bar is found by its number, which the label does not show.
    named = [row | {"numbered": f"{number}|{row['product']}"} for number, row in enumerate(rows)]
    base = alt.Chart(_data(named)).encode(
        y=alt.Y(
            **_labels(
                "numbered",
                [row["numbered"] for row in named],
                labelExpr="slice(datum.label, indexof(datum.label, '|') + 1)",
            )
        ),
        x=alt.X(**_figures("units_at_risk", texts("cockpit.inventory.at_risk_axis"), ",.0f")),
    )
    bars = base.mark_bar(height=15, color=BLUE, cornerRadiusEnd=2)
    figures = base.mark_text(align="left", dx=5, color=MUTED).encode(
        text=alt.Text("units_at_risk:Q", format=",.1f")
    )
    return (bars + figures).properties(width=520, height=26 * len(rows))


def rule_graph(rules: list[Row], texts: Texts) -> str:
    """Rules as a graph in Graphviz's language: an edge leads from an item to one that is bought with it."""
    strongest = max((row["lift"] for row in rules), default=1)
    lines = [
        "digraph {",
        '  graph [rankdir=LR, bgcolor="transparent", nodesep=0.25, ranksep=0.9, margin=0.1];',
        '  node [shape=box, style="rounded,filled", fillcolor="#eef3f8", color="#9dbcd9"];',
        f'  node [fontname="Arial", fontsize=12, fontcolor="{INK}", margin="0.12,0.06"];',
        f'  edge [color="{BLUE}", fontname="Arial", fontsize=10, fontcolor="{MUTED}"];',
        "  edge [arrowsize=0.7];",
    ]
    for row in rules:
        width = 0.8 + 2.4 * row["lift"] / strongest
        figures = {"lift": f"{row['lift']:.1f}", "confidence": f"{row['confidence']:.0%}"}
        label = texts("cockpit.products.edge", **figures)
        lines.append(
            f"  {_quoted(row['antecedent'])} -> {_quoted(row['consequent'])} "
            f"[penwidth={width:.2f}, label={_quoted(label)}];"
        )
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
