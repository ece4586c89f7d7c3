"""The script that Streamlit runs. `retention cockpit` passes its options in the environment."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

import streamlit as st

from dbt_retention.bi.cockpit import (
    campaigns,
    customer,
    health,
    lists,
    overview,
    products,
    segments,
    warnings,
)
from dbt_retention.bi.cockpit.view import View
from dbt_retention.bi.formats import Formats
from dbt_retention.bi.texts import LANGUAGES, Language, texts_in
from dbt_retention.errors import RetentionError

PAGES: dict[str, Callable[[View], None]] = {
    "overview": overview.show,
    "warnings": warnings.show,
    "customer": customer.show,
    "segments": segments.show,
    "products": products.show,
    "campaigns": campaigns.show,
    "health": health.show,
    "inventory": lists.inventory,
    "service": lists.service,
    "members": lists.members,
}
NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
STYLE = """
<style>
.block-container { padding: 2.6rem 1.6rem 2rem; max-width: 1240px; }
h1 { font-size: 1.75rem !important; padding-bottom: 0.4rem !important; }
h3 { font-size: 1.05rem !important; padding-top: 0.9rem !important; }
[data-testid="stMetricValue"] { font-size: 1.45rem; }
[data-testid="stMetricDelta"] svg { display: none; }
[data-testid="stMetricLabel"] p { white-space: normal; line-height: 1.3; }
[data-testid="stSidebar"] { min-width: 205px; max-width: 205px; }
[data-testid="stSidebar"] [role="radiogroup"] { gap: 0.35rem; }
</style>
"""


def main() -> None:
    """Show the page that is open."""
    st.set_page_config(page_title="dbt-retention", layout="wide")
    st.html(STYLE)
    if "open_page" in st.session_state:
        st.session_state["page"] = st.session_state.pop("open_page")
    elif "page" not in st.session_state and st.query_params.get("page") in PAGES:
        st.session_state["page"] = st.query_params["page"]
    if "customer" in st.query_params and "customer_search" not in st.session_state:
        st.session_state["open_customer"] = st.query_params["customer"]
    given = cast(Language, os.environ.get("RETENTION_LANGUAGE", "en"))
    language = st.sidebar.segmented_control(
        "Language · 语言", LANGUAGES, default=given, format_func=lambda one: NAMES[one], key="language"
    )
    texts = texts_in(language or given)
    page = st.sidebar.radio(
        texts("cockpit.pages"), list(PAGES), format_func=lambda one: texts(f"cockpit.page.{one}"), key="page",
        label_visibility="collapsed",
    )  # fmt: skip
    view = View(
        path=Path(os.environ.get("RETENTION_SERVING", "serving/marts.duckdb")),
        texts=texts,
        formats=Formats(currency=os.environ.get("RETENTION_CURRENCY", "")),
    )
    st.title(texts(f"cockpit.page.{page}"))
    try:
        with view.marts() as marts:
            published = marts.published_at()
        PAGES[page](view)
    except RetentionError as error:
        st.error(str(error))
        return
    currency = view.formats.currency
    st.sidebar.caption(
        (f"{texts('report.published')} {published:%Y-%m-%d %H:%M} UTC  \n" if published else "")
        + (texts("unit.amounts_in", currency=currency) if currency else texts("unit.amounts"))
    )


main()
