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

Kind = Literal["text", "count", "amount", "percent", "points", "decimal", "days", "day", "sentence", "check"]
MOST = 1000  # rows of a table on a page; a download has all
ALL = 1_000_000_000
DIGITS = {"amount": 2, "percent": 3, "days": 0}  # after the decimal point


@dataclass(frozen=True)
class Column:
    """A column of a table: its key in the rows, the key of its label, and what it holds.

    values: the column of the texts whose words replace its values.
    """

    key: str
    label: str
    kind: Kind = "text"
    values: str | None = None


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
        options: dict[str, Any] = {
            "column_config": {self.label(column): _config(column.kind) for column in columns},
            "hide_index": True,
            "height": min(38 + row_pixels * len(rows), most_pixels),
            "row_height": row_pixels,
            "placeholder": UNKNOWN,
            "key": key,
        }
        frame = self.frame(rows, columns)
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
        if column.kind in DIGITS:
            return [None if value is None else round(float(value), DIGITS[column.kind]) for value in values]
        return values


def _config(kind: Kind) -> Any:
    numbers = {
        **{"count": "localized", "amount": "accounting", "percent": "percent"},
        **{"points": "%+.1f", "decimal": "%.2f", "days": "localized"},
    }
    if kind in numbers:
        return st.column_config.NumberColumn(format=numbers[kind])
    if kind == "day":
        return st.column_config.DateColumn(format="YYYY-MM-DD")
    if kind == "check":
        return st.column_config.CheckboxColumn()
    return st.column_config.TextColumn(width="large" if kind == "sentence" else None)
