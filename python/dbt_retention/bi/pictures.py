"""Charts as SVG inside HTML: no script, no network."""

from __future__ import annotations

import re

import vl_convert
from markupsafe import Markup

from dbt_retention.bi.charts import Chart, styled

_VERSION = re.compile(r"/v(\d+\.\d+)")


def svg_of(chart: Chart, *, name: str, title: str) -> Markup:
    """The chart as an SVG element that scales to its column.

    name: unique in the page; ids inside the SVG start with it. title: what a screen reader says.
    """
    specification = styled(chart).to_dict()
    version = _VERSION.search(specification["$schema"])
    svg = vl_convert.vegalite_to_svg(specification, vl_version=version[1] if version else None)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = svg.replace("url(#", f"url(#{name}-").replace('href="#', f'href="#{name}-')
    label = Markup.escape(title)
    return Markup(re.sub(r"^<svg ", f'<svg role="img" aria-label="{label}" ', svg, count=1))  # noqa: S704  # nosec B704
