"""What the pages of the cockpit share: the marts, the texts, and tables with labels, units and formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dbt_retention.bi.charts import Chart, styled
from dbt_retention.bi.formats import UNKNOWN, Formats
from dbt_retention.bi.marts import Marts, Row, open_serving_file
from dbt_retention.bi.texts import Texts

Kind = Literal[
    "text", "sentence", "interval", "check", "day", "days",
    "count", "amount", "units", "decimal", "measure", "percent", "points",
]  # fmt: skip
MOST = 1000  # rows of a table on a page; a download has all
ALL = 1_000_000_000
DIGITS = {"amount": 2, "percent": 3, "days": 0}  # after the decimal point
HEADER = 33  # pixels of the header of a table
LARGE = 100  # from here on, no digits after the decimal point are shown


@dataclass(frozen=True)
class Column:
    """A column of a table: its key in the rows, the key of its label, and what it holds.

    values: the column of the texts whose words replace its values. pixels: its width; None = as wide as its
    header and values. is_shown: False = only in the download.
    """

    key: str
    label: str
    kind: Kind = "text"
    values: str | None = None
    pixels: int | None = None
    is_shown: bool = True


@dataclass(frozen=True)
class View:
    """What a page needs: where the marts are, and how to show them."""

    path: Path
    texts: Texts
    formats: Formats

    @contextmanager
    def marts(self) -> Iterator[Marts]:
        """The marts of one published file, closed at the end: the next page sees the newest file."""
        with Marts(lambda: open_serving_file(self.path)) as marts:
            yield marts

    def rows(self, question: str, **parameters: Any) -> list[Row]:
        """The answer to a question of `queries/`."""
        with self.marts() as marts:
            return marts.rows(question, **parameters)

    def empty(self, key: str) -> None:
        """Say that there are no data, and why."""
        st.info(self.texts(key), icon=":material/info:")

    def chart(self, chart: Chart) -> None:
        """Show a chart of the shared specifications."""
        st.altair_chart(styled(chart), theme=None, width="content")

    def label(self, column: Column) -> str:
        """The label of a column with its unit."""
        text = self.texts(column.label)
        unit = {
            "amount": self.formats.currency,
            "days": self.texts("unit.days_short"),
            "points": self.texts("unit.points_short"),
            "interval": self.texts("unit.points_short"),
        }.get(column.kind)
        return f"{text} ({unit})" if unit else text

    def frame(self, rows: list[Row], columns: list[Column]) -> pd.DataFrame:
        """Rows with the labels of their columns, values in the language of the reader."""
        return pd.DataFrame({self.label(column): self._shown(rows, column) for column in columns})

    def table(
        self,
        rows: list[Row],
        columns: list[Column],
        *,
        key: str,
        selectable: bool = False,
        lines: int = 1,
        most_pixels: int = 460,
    ) -> int | None:
        """Show a table. Returns the number of the selected row; None = no row is selected.

        lines: of text in a row, for sentences.
        """
        row_pixels = 35 if lines == 1 else 14 + 21 * lines
        shown = [column for column in columns if column.is_shown]
        frame = self.frame(rows, shown)
        config = {}
        for column in shown:
            label = self.label(column)
            if column.kind == "percent":
                frame[label] = 100 * frame[label].astype(float)
            is_large = column.kind in ("amount", "units") and bool(
                frame[label].astype(float).abs().max() >= LARGE
            )
            if is_large:
                frame[label] = frame[label].astype(float).round()
            config[label] = _config(column, is_large=is_large)
        options: dict[str, Any] = {
            "column_config": config,
            "hide_index": True,
            "height": min(HEADER + row_pixels * len(rows), most_pixels),
            "row_height": row_pixels,
            "placeholder": UNKNOWN,
            "key": key,
        }
        if not selectable:
            st.dataframe(frame, **options)
            return None
        chosen: Any = st.dataframe(frame, on_select="rerun", selection_mode="single-row", **options)
        if not chosen["selection"]["rows"]:
            return None
        number: int = chosen["selection"]["rows"][0]
        return number

    def download(self, read: Callable[[], list[Row]], columns: list[Column], *, name: str) -> None:
        """A button that downloads all rows as CSV (UTF-8, with the labels as header)."""
        st.download_button(
            self.texts("cockpit.download"),
            data=lambda: self.frame(read(), columns).to_csv(index=False).encode("utf-8-sig"),
            file_name=f"{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )

    def _shown(self, rows: list[Row], column: Column) -> list[Any]:
        values = [row[column.key] for row in rows]
        if column.values:
            named = column.values
            return [None if value is None else self.texts.value(named, value) for value in values]
        if column.kind == "sentence":
            return [self.texts.sentence(value) for value in values]
        if column.kind == "units":
            return [None if value is None else float(value) for value in values]
        if column.kind in DIGITS:
            return [None if value is None else round(float(value), DIGITS[column.kind]) for value in values]
        return values


def _config(column: Column, *, is_large: bool) -> Any:
    """How Streamlit shows a column. Percentages are times 100; is_large: its figures are whole numbers."""
    kind, width = column.kind, column.pixels
    numbers = {
        **{"count": "localized", "amount": "%.2f", "percent": "%.1f%%"},
        **{"points": "%+.1f", "decimal": "%.2f", "measure": "%.3f", "units": "%.1f", "days": "localized"},
    }
    if kind in numbers:
        return st.column_config.NumberColumn(width=width, format="localized" if is_large else numbers[kind])
    if kind == "day":
        return st.column_config.DateColumn(format="YYYY-MM-DD", width=width)
    if kind == "check":
        return st.column_config.CheckboxColumn(width=width)
    return st.column_config.TextColumn(width="large" if kind == "sentence" and width is None else width)
