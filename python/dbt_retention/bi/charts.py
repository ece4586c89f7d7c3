"""The chart specifications of the report and the cockpit, in Altair.

Each function takes rows of a query of `queries/` and the texts, and returns a chart. Colours are readable for
colour-blind people and in print: one blue for figures, one scale from grey to dark red for risk, and blue
against orange for better and worse.
"""

from __future__ import annotations

import textwrap
from typing import Any, TypeAlias

import altair as alt

from dbt_retention.bi.marts import Row
from dbt_retention.bi.texts import Texts

INK = "#1f2933"
MUTED = "#5f6c7b"
GRID = "#e6e9ee"
BLUE = "#2b6299"
PALE_BLUE = "#9dbcd9"
ORANGE = "#d0722d"
TIERS = {"critical": "#8c2d19", "high": "#d0722d", "medium": "#ebc26b", "low": "#b9c4cf"}
STATUS = {"stable": PALE_BLUE, "moved": "#ebc26b", "drifted": ORANGE}
FONT = (
    "Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', "
    "sans-serif"
)
WIDTH = 440
LABEL = 230  # pixels: the longest label beside an axis
LINE = 58  # letters of a line of a long label

Chart: TypeAlias = "alt.Chart | alt.LayerChart"


def _labels(column: str, order: list[str], **options: Any) -> dict[str, Any]:
    """Names along an axis, in this order, without a line."""
    return {
        "shorthand": f"{column}:N",
        "sort": order,
        "title": None,
        "axis": alt.Axis(domain=False, ticks=False, **options),
    }


def _figures(column: str, title: str, form: str, *, ticks: int = 5) -> dict[str, Any]:
    """Figures along an axis."""
    return {
        "shorthand": f"{column}:Q",
        "title": title,
        "axis": alt.Axis(format=form, tickCount=ticks, domain=False),
    }


def _tip(column: str, title: str, form: str | None = None) -> alt.Tooltip:
    return (
        alt.Tooltip(f"{column}:Q", title=title, format=form)
        if form
        else alt.Tooltip(f"{column}:N", title=title)
    )


def styled(chart: Chart) -> Chart:
    """The chart with the fonts, lines and colours of the report."""
    return (
        chart.properties(autosize=alt.AutoSizeParams(type="pad"))
        .configure(background="transparent", font=FONT, padding=4)
        .configure_view(strokeWidth=0)
        .configure_axis(
            labelColor=INK,
            titleColor=MUTED,
            titleFontWeight="normal",
            labelFontSize=12,
            titleFontSize=12,
            gridColor=GRID,
            domainColor="#c3cad3",
            tickColor="#c3cad3",
            labelLimit=LABEL,
            titlePadding=10,
            labelPadding=6,
        )
        .configure_legend(
            labelColor=INK,
            titleColor=MUTED,
            titleFontWeight="normal",
            labelFontSize=12,
            titleFontSize=12,
            orient="top",
            symbolType="square",
            title=None,
            labelLimit=420,
        )
        .configure_text(fontSize=12, color=INK)
    )


def _data(rows: list[Row]) -> alt.Data:
    """Rows as they are; dates as text, which Altair reads as dates."""
    return alt.Data(values=[{key: _plain(value) for key, value in row.items()} for row in rows])


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _tier_colour(texts: Texts, tiers: list[str], legend: alt.Legend | None) -> alt.Color:
    present = [*(tier for tier in TIERS if tier in tiers), *sorted({*tiers} - {*TIERS})]
    return alt.Color(
        "tier:N",
        scale=alt.Scale(
            domain=[texts.value("risk_tier", tier) for tier in present],
            range=[TIERS.get(tier, PALE_BLUE) for tier in present],
        ),
        legend=legend,
    )


def _named(rows: list[Row], texts: Texts, column: str, to: str) -> list[Row]:
    return [row | {to: texts.value(column, row[column])} for row in rows]


def tiers(rows: list[Row], texts: Texts) -> Chart:
    """Customers in each risk tier."""
    named = _named(rows, texts, "risk_tier", "tier")
    base = alt.Chart(_data(named)).encode(
        y=alt.Y(**_labels("tier", [row["tier"] for row in named])),
        x=alt.X(
            "customers_count:Q",
            axis=None,
            scale=alt.Scale(domainMax=1.15 * max(row["customers_count"] for row in rows)),
        ),
    )
    bars = base.mark_bar(height=24, cornerRadiusEnd=2).encode(
        color=_tier_colour(texts, [row["risk_tier"] for row in rows], None)
    )
    counts = base.mark_text(align="left", dx=6).encode(text=alt.Text("customers_count:Q", format=",d"))
    return (bars + counts).properties(width=WIDTH - 90, height=38 * len(rows))


def trend(rows: list[Row], texts: Texts) -> Chart:
    """Warned customers on each scoring date, by tier."""
    named = _named(rows, texts, "risk_tier", "tier")
    order = {tier: place for place, tier in enumerate(TIERS)}
    return (
        alt.Chart(_data([row | {"place": order.get(row["risk_tier"], 9)} for row in named]))
        .mark_bar(size=18)
        .encode(
            x=alt.X("as_of_date:O", title=None, axis=alt.Axis(labelAngle=-40, labelOverlap=True)),
            y=alt.Y(**_figures("customers_count", texts("unit.customers"), ",d", ticks=4)),
            color=_tier_colour(texts, [row["risk_tier"] for row in rows], alt.Legend()),
            order="place:O",
            tooltip=[
                _tip("as_of_date", texts("column.as_of_date")),
                _tip("tier", texts("column.risk_tier")),
                _tip("customers_count", texts("unit.customers"), ",d"),
            ],
        )
        .properties(width=WIDTH - 60, height=180)
    )


def active_months(rows: list[Row], texts: Texts) -> Chart:
    """Customers who bought in each month: returning and new."""
    kinds = (("returning_customers_count", "returning", 0), ("new_customers_count", "new", 1))
    long = [
        {
            "month": row["purchase_month_date"].isoformat()[:7],
            "kind": texts(f"report.months.{kind}"),
            "customers": row[column],
            "place": place,
        }
        for row in rows
        for column, kind, place in kinds
    ]
    return (
        alt.Chart(_data(long))
        .mark_bar()
        .encode(
            x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=-40, labelOverlap=True)),
            y=alt.Y(**_figures("customers", texts("unit.customers"), ",d", ticks=4)),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(
                    domain=[texts(f"report.months.{kind}") for _, kind, _ in kinds], range=[BLUE, PALE_BLUE]
                ),
                legend=alt.Legend(),
            ),
            order="place:O",
            tooltip=[
                _tip("month", texts("column.month")),
                _tip("kind", " "),
                _tip("customers", texts("unit.customers"), ",d"),
            ],
        )
        .properties(width=WIDTH - 60, height=180)
    )


def migration(rows: list[Row], texts: Texts, *, few: str) -> Chart:
    """Where the customers of each segment are now. few: what to write for a count that is hidden."""
    none = texts("report.segments.none")

    def name(row: Row, side: str) -> str:
        return (
            none
            if row[f"{side}_segment_number"] == 0
            else texts.value("segment_name", row[f"{side}_segment_name"])
        )

    named = [
        {
            "before": name(row, "from"),
            "now": name(row, "to"),
            "share": row["from_segment_share"] if row["from_segment_number"] else None,
            "shown": few if row["customers_count"] is None else f"{row['customers_count']:,}",
            "is_dark": (row["from_segment_share"] or 0) > 0.6 and row["from_segment_number"] != 0,
        }
        for row in rows
    ]
    before = dict.fromkeys(str(row["before"]) for row in named if row["before"] != none)
    order = [*before, none]
    base = alt.Chart(_data(named)).encode(
        x=alt.X(
            "now:N",
            sort=order,
            title=texts("report.segments.now"),
            axis=alt.Axis(
                orient="top",
                labelAngle=0,
                domain=False,
                ticks=False,
                labelExpr="split(datum.label, ', ')",
                labelLimit=160,
                labelPadding=22,
                labelBaseline="middle",
            ),
        ),
        y=alt.Y(**_labels("before", order)),
    )
    cells = base.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.condition(
            "datum.share === null",
            alt.value("#f1f3f6"),
            alt.Color("share:Q", scale=alt.Scale(range=["#eef3f8", BLUE], domain=[0, 1]), legend=None),
        )
    )
    counts = base.mark_text().encode(
        text="shown:N", color=alt.condition("datum.is_dark", alt.value("white"), alt.value(INK))
    )
    return (cells + counts).properties(width=150 * len(order), height=38 * len(order))


def segment_value(rows: list[Row], texts: Texts) -> Chart:
    """Value at risk of each segment."""
    named = _named(rows, texts, "segment_name", "segment")
    top = max(row["value_at_risk"] or 0 for row in rows) or 1
    base = alt.Chart(_data(named)).encode(
        y=alt.Y(**_labels("segment", [row["segment"] for row in named])),
        x=alt.X("value_at_risk:Q", axis=None, scale=alt.Scale(domainMax=1.2 * top)),
    )
    bars = base.mark_bar(height=20, color=BLUE, cornerRadiusEnd=2)
    figures = base.mark_text(align="left", dx=6).encode(text=alt.Text("value_at_risk:Q", format=",.0f"))
    return (bars + figures).properties(width=WIDTH - 60, height=34 * len(rows))


def campaigns(rows: list[Row], texts: Texts) -> Chart:
    """Effect of each campaign on retention, in points, with its interval."""
    causal, compared = texts("report.campaigns.causal"), texts("report.campaigns.compared")
    shown = [
        row
        | {
            "campaign": f"{row['campaign_id']}  {texts.value('action', row['action'])}",
            "proof": causal if row["is_causal"] else compared,
        }
        for row in rows
        if row["effect_points"] is not None
    ]
    kinds = {
        kind: colour
        for kind, colour in ((causal, BLUE), (compared, "#9aa5b1"))
        if any(row["proof"] == kind for row in shown)
    }
    base = alt.Chart(_data(shown)).encode(
        y=alt.Y(**_labels("campaign", [row["campaign"] for row in shown])),
        color=alt.Color(
            "proof:N", scale=alt.Scale(domain=list(kinds), range=list(kinds.values())), legend=alt.Legend()
        ),
        tooltip=[
            _tip("campaign", texts("column.campaign_id")),
            _tip("effect_points", texts("report.campaigns.effect_axis"), "+.1f"),
            _tip("lower_points", texts("column.lower"), "+.1f"),
            _tip("upper_points", texts("column.upper"), "+.1f"),
        ],
    )
    zero = alt.Chart(_data([{"at": 0}])).mark_rule(color=INK, strokeWidth=1).encode(x="at:Q")
    ranges = base.mark_rule(strokeWidth=2.5).encode(
        x=alt.X(
            "lower_points:Q",
            title=texts("report.campaigns.effect_axis"),
            axis=alt.Axis(
                labelExpr="datum.value === 0 ? '0' : format(datum.value, '+,~f')", domain=False, tickCount=7
            ),
        ),
        x2="upper_points:Q",
    )
    points = base.mark_point(filled=True, size=80, opacity=1).encode(x="effect_points:Q")
    return (zero + ranges + points).properties(width=780, height=max(90, 30 * len(shown)))


def calibration(rows: list[Row], texts: Texts) -> Chart:
    """Predicted and observed churn rate in bins of the probability, with 95 % intervals."""
    x = alt.X(
        "churn_probability_avg:Q",
        title=texts("report.calibration.predicted"),
        axis=alt.Axis(format="%", tickCount=6, domain=False),
        scale=alt.Scale(domain=[0, 1]),
    )
    y_axis = alt.Axis(format="%", tickCount=6, domain=False)
    base = alt.Chart(_data(rows)).encode(x=x)
    ranges = base.mark_rule(color=PALE_BLUE, strokeWidth=3).encode(
        y=alt.Y(
            "churn_rate_lower_95:Q",
            title=texts("report.calibration.observed"),
            axis=y_axis,
            scale=alt.Scale(domain=[0, 1]),
        ),
        y2="churn_rate_upper_95:Q",
    )
    points = base.mark_point(filled=True, size=70, color=BLUE, opacity=1).encode(
        y="churn_rate:Q",
        tooltip=[
            _tip("churn_probability_avg", texts("report.calibration.predicted"), ".0%"),
            _tip("churn_rate", texts("report.calibration.observed"), ".0%"),
            _tip("customers_count", texts("unit.customers"), ",d"),
        ],
    )
    ideal = (
        alt.Chart(_data([{"x": 0, "y": 0}, {"x": 1, "y": 1}]))
        .mark_line(color=MUTED, strokeDash=[4, 4], strokeWidth=1)
        .encode(x="x:Q", y="y:Q")
    )
    return (ideal + ranges + points).properties(width=WIDTH - 90, height=270)


def lift(rows: list[Row], texts: Texts) -> Chart:
    """Observed churn rate in each risk tier, against the average."""
    named = _named(rows, texts, "risk_tier", "tier")
    base = alt.Chart(_data(named)).encode(
        x=alt.X(**_labels("tier", [row["tier"] for row in named], labelAngle=0)),
    )
    bars = base.mark_bar(size=46, cornerRadiusEnd=2).encode(
        y=alt.Y(**_figures("churn_rate", texts("report.lift.axis"), "%")),
        color=_tier_colour(texts, [row["risk_tier"] for row in rows], None),
    )
    rates = base.mark_text(dy=-9).encode(y="churn_rate:Q", text=alt.Text("churn_rate:Q", format=".0%"))
    average = (
        alt.Chart(_data([{"rate": rows[0]["average_churn_rate"], "label": texts("report.lift.average")}]))
        .mark_rule(color=INK, strokeDash=[4, 4])
        .encode(y="rate:Q")
    )
    name = average.mark_text(align="right", dy=-7, color=MUTED, x=WIDTH - 92).encode(text="label:N")
    return (bars + average + name + rates).properties(width=WIDTH - 90, height=270)


def reasons(rows: list[Row], texts: Texts) -> Chart:
    """Importance of each churn reason to the model, relative to the most important one."""
    named = [row | {"what": texts.value("reason", row["name"])} for row in rows]
    base = alt.Chart(_data(named)).encode(
        y=alt.Y(**_labels("what", [row["what"] for row in named])),
        x=alt.X("importance_share:Q", axis=None, scale=alt.Scale(domain=[0, 1.15])),
    )
    bars = base.mark_bar(height=16, color=BLUE, cornerRadiusEnd=2)
    figures = base.mark_text(align="left", dx=6).encode(text=alt.Text("importance_share:Q", format=".0%"))
    return (bars + figures).properties(width=WIDTH - 140, height=27 * len(rows))


def drift(rows: list[Row], texts: Texts) -> Chart:
    """Features whose distribution changed most."""
    named = [
        row
        | {
            "status": texts.value("drift_status", row["drift_status"]),
            "what": "|".join(textwrap.wrap(row["in_words"] or row["name"].replace("_", " "), LINE)),
        }
        for row in rows
    ]
    lines = max(row["what"].count("|") + 1 for row in named)
    base = alt.Chart(_data(named)).encode(
        y=alt.Y(
            **_labels(
                "what",
                [row["what"] for row in named],
                labelLimit=0,
                labelExpr="split(datum.label, '|')",
                labelLineHeight=14,
                labelBaseline="line-top",
                labelOffset=-7 * (lines if lines == 1 else 1),
            )
        ),
        x=alt.X(
            "population_stability_index:Q",
            title=texts("report.drift.axis"),
            axis=alt.Axis(tickCount=5, domain=False),
        ),
    )
    bars = base.mark_bar(height=15, cornerRadiusEnd=2).encode(
        color=alt.Color(
            "status:N",
            scale=alt.Scale(
                domain=[texts.value("drift_status", one) for one in STATUS], range=list(STATUS.values())
            ),
            legend=alt.Legend(),
        )
    )
    return (
        bars
        + base.mark_text(align="left", dx=5).encode(
            text=alt.Text("population_stability_index:Q", format=".2f")
        )
    ).properties(width=560, height=(13 + 14 * lines) * len(rows))


def recommendations(rows: list[Row], texts: Texts) -> Chart:
    """Share of customers who bought a recommended item, against popular items."""
    ours, popular = texts("report.recommendations.ours"), texts("report.recommendations.popular")
    long = [
        {"list": texts.value("list_name", row["list_name"]), "method": method, "rate": row[column]}
        for row in rows
        for column, method in (("hit_rate", ours), ("popular_hit_rate", popular))
    ]
    base = alt.Chart(_data(long)).encode(
        x=alt.X("list:N", title=None, axis=alt.Axis(labelAngle=0, domain=False, ticks=False)),
        xOffset=alt.XOffset("method:N", sort=[ours, popular]),
        y=alt.Y(**_figures("rate", texts("report.recommendations.axis"), "%")),
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        color=alt.Color(
            "method:N", scale=alt.Scale(domain=[ours, popular], range=[BLUE, "#b9c4cf"]), legend=alt.Legend()
        )
    )
    rates = base.mark_text(dy=-8).encode(text=alt.Text("rate:Q", format=".0%"))
    return (bars + rates).properties(width=WIDTH - 90, height=220)
