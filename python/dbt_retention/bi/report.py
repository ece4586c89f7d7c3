"""The report: one HTML file with everything inside it. All figures come from the SQL of `queries/`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from dbt_retention import __version__
from dbt_retention.bi import charts
from dbt_retention.bi.charts import Chart
from dbt_retention.bi.formats import Formats
from dbt_retention.bi.marts import Marts, Row
from dbt_retention.bi.pictures import svg_of
from dbt_retention.bi.texts import Texts

CUSTOMERS = 15
CAMPAIGNS = 12
FEATURES = 10
QUESTIONS = (
    *("tiers", "trend", "active_months", "warned", "actions", "segments", "migration", "campaigns"),
    *("metrics", "calibration", "lift", "reasons", "drift", "recommendations", "inputs", "findings"),
)
FEW = "·"  # in place of a count that the build hides


@dataclass(frozen=True)
class Report:
    """An HTML page, and how many customers it is about."""

    html: str
    customers_count: int


def report_of(marts: Marts, *, texts: Texts, formats: Formats, name: str, written_at: datetime) -> Report:
    """The report on the marts. name: of the shop; written_at: when."""
    headline = marts.first("headline")
    answers = {question: marts.rows(question) for question in QUESTIONS}
    environment = Environment(
        loader=PackageLoader("dbt_retention.bi"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": formats.count,
        "amount": formats.amount,
        "cents": formats.cents,
        "percent": formats.percent,
        "decimal": formats.decimal,
        "change": formats.change,
        "day": formats.day,
    }
    html = environment.get_template("report.html.j2").render(
        t=texts,
        style=Markup(_template("report.css")),  # noqa: S704  # nosec B704
        name=name,
        version=__version__,
        currency=formats.currency,
        written_at=written_at,
        published_at=marts.published_at(),
        headline=headline,
        plan=marts.first("plan_total"),
        model=marts.first("model"),
        tier_colours=charts.TIERS,
        customers_shown=CUSTOMERS,
        campaigns_shown=CAMPAIGNS,
        few=FEW,
        pictures=_pictures(answers, texts),
        **answers,
    )
    return Report(html=html, customers_count=headline["customers_count"] if headline else 0)


def _pictures(answers: dict[str, list[Row]], texts: Texts) -> dict[str, Markup | None]:
    """The charts by name; None = there are no data for it."""
    scored = [row for row in answers["drift"] if row["subject"] == "feature"]
    judged = [row for row in answers["campaigns"][:CAMPAIGNS] if row["lower_points"] is not None]
    dates = {row["as_of_date"] for row in answers["trend"]}
    named: list[tuple[str, list[Row], Callable[..., Chart], dict[str, Any]]] = [
        ("tiers", answers["tiers"], charts.tiers, {}),
        ("trend", answers["trend"] if len(dates) > 1 else [], charts.trend, {}),
        ("months", answers["active_months"], charts.active_months, {}),
        ("migration", answers["migration"], charts.migration, {"few": FEW}),
        ("campaigns", judged, charts.campaigns, {}),
        ("calibration", answers["calibration"], charts.calibration, {}),
        ("lift", answers["lift"], charts.lift, {}),
        ("reasons", answers["reasons"], charts.reasons, {}),
        ("drift", scored[:FEATURES], charts.drift, {}),
        ("recommendations", answers["recommendations"], charts.recommendations, {}),
    ]
    titles = {"tiers": "report.tiers.chart", "migration": "report.segments.title"}
    return {
        name: svg_of(
            draw(rows, texts, **options), name=name, title=texts(titles.get(name, f"report.{name}.title"))
        )
        if rows
        else None
        for name, rows, draw, options in named
    }  # fmt: skip


def _template(name: str) -> str:
    return files("dbt_retention.bi").joinpath("templates", name).read_text(encoding="utf-8")
