"""The dashboard as code: writes Superset's import file from the contracts of the marts and the charts below.

python dashboard.py SERVING_FILE OUT.zip
"""

from __future__ import annotations

import json
import sys
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
NAMES = uuid.UUID("6f1f6c1e-6a55-4b7e-9c62-0c5a4d2f7a11")  # ids are the same in every import
DATABASE = "Retention marts"
TITLE = "Customer retention"
TYPES = {
    "string": "VARCHAR",
    "double": "DOUBLE",
    "bigint": "BIGINT",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
}

Yaml = dict[str, Any]


def main(serving_file: Path, out: Path) -> None:
    """Write the import file."""
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in contents(serving_file):
            archive.writestr(
                f"dashboard/{name}", yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
            )


def contents(serving_file: Path) -> Iterator[tuple[str, Yaml]]:
    """Every file of the import, by name."""
    yield "metadata.yaml", {"version": "1.0.0", "type": "Dashboard", "timestamp": "2026-01-01T00:00:00+00:00"}
    yield (
        "databases/retention.yaml",
        {
            "database_name": DATABASE,
            "sqlalchemy_uri": f"duckdb:///{serving_file.resolve()}",
            "expose_in_sqllab": True,
            "allow_dml": False,
            "extra": {"engine_params": {"connect_args": {"read_only": True}}},
            "uuid": id_of("database"),
            "version": "1.0.0",
        },
    )
    for mart in sorted({chart["mart"] for chart in CHARTS}):
        yield f"datasets/retention/{mart}.yaml", dataset(mart)
    for chart in CHARTS:
        yield (
            f"charts/{chart['key']}.yaml",
            {
                "slice_name": chart["title"],
                "viz_type": chart["params"]["viz_type"],
                "params": chart["params"] | {"datasource": "1__table"},
                "uuid": id_of(chart["key"]),
                "dataset_uuid": id_of(chart["mart"]),
                "version": "1.0.0",
            },
        )
    yield (
        "dashboards/retention.yaml",
        {
            "dashboard_title": TITLE,
            "slug": "retention",
            "published": True,
            "uuid": id_of("dashboard"),
            "position": position(),
            "metadata": {"color_scheme": "supersetColors", "refresh_frequency": 0},
            "version": "1.0.0",
        },
    )


def id_of(name: str) -> str:
    return str(uuid.uuid5(NAMES, name))


def dataset(mart: str) -> Yaml:
    """A mart with the columns and descriptions of its contract."""
    [path] = MODELS.rglob(f"{mart}.yml")
    [model] = [one for one in yaml.safe_load(path.read_text())["models"] if one["name"] == mart]
    columns = [
        {
            "column_name": column["name"],
            "type": TYPES.get(column["data_type"], column["data_type"].upper()),
            "is_dttm": column["data_type"] in ("date", "timestamp"),
            "verbose_name": column["name"].replace("_", " "),
            "description": " ".join(column["description"].split()),
            "groupby": True,
            "filterable": True,
            "is_active": True,
        }
        for column in model["columns"]
    ]
    return {
        "table_name": mart,
        "schema": "main",
        "description": " ".join(model["description"].split()),
        "uuid": id_of(mart),
        "database_uuid": id_of("database"),
        "columns": columns,
        "metrics": [{"metric_name": "count", "expression": "count(*)", "verbose_name": "rows"}],
        "version": "1.0.0",
    }


def figure(sql: str, label: str) -> Yaml:
    """An SQL expression as a metric."""
    return {"expressionType": "SQL", "sqlExpression": sql, "label": label, "optionName": f"metric_{label}"}


def where(sql: str) -> list[Yaml]:
    """An SQL condition as a filter."""
    return [{"expressionType": "SQL", "sqlExpression": sql, "clause": "WHERE", "filterOptionName": "only"}]


def number(key: str, title: str, sql: str, *, form: str = ",d", only: str = "") -> Yaml:
    params = {"viz_type": "big_number_total", "metric": figure(sql, title), "y_axis_format": form}
    params |= {"adhoc_filters": where(only) if only else [], "subheader": "", "header_font_size": 0.4}
    return {
        "key": key,
        "title": title,
        "mart": "mart_early_warning",
        "width": 3,
        "height": 18,
        "params": params,
    }


def bars(
    key: str, title: str, mart: str, *, by: str, sql: str, label: str, form: str = ",d", only: str = ""
) -> Yaml:
    params = {
        "viz_type": "echarts_timeseries_bar",
        "x_axis": by,
        "metrics": [figure(sql, label)],
        "groupby": [],
        "orientation": "horizontal",
        "x_axis_sort": label,
        "x_axis_sort_asc": True,
        "y_axis_format": form,
        "show_value": True,
        "show_legend": False,
        "row_limit": 50,
        "adhoc_filters": where(only) if only else [],
    }
    return {"key": key, "title": title, "mart": mart, "width": 6, "height": 44, "params": params}


def form_of(column: str) -> str:
    """The format of a column, by the ending of its name."""
    forms = {"_probability": ".0%", "_rate": "+.1%", "_risk": ",.2f", "_amount": ",.2f"}
    return next((form for ending, form in forms.items() if column.endswith(ending)), "")


def rows(key: str, title: str, mart: str, columns: list[str], *, order: str, only: str = "") -> Yaml:
    params = {
        "viz_type": "table",
        "query_mode": "raw",
        "all_columns": columns,
        "order_by_cols": [json.dumps([order, False])],
        "row_limit": 1000,
        "server_pagination": False,
        "page_length": 20,
        "show_cell_bars": False,
        "column_config": {
            column: {"d3NumberFormat": form_of(column)} for column in columns if form_of(column)
        },
        "adhoc_filters": where(only) if only else [],
    }
    return {"key": key, "title": title, "mart": mart, "width": 12, "height": 60, "params": params}


WARNED = "risk_tier <> 'low'"
CHARTS = [
    number("scored", "Customers scored", "count(*)"),
    number("warned", "Customers warned", "count(*)", only=WARNED),
    number("at_risk", "Value at risk of the warned", "sum(value_at_risk)", form=",.0f", only=WARNED),
    number("leavers", "Expected to leave", "sum(churn_probability)", form=",.0f"),
    bars(
        "tiers", "Customers by risk tier", "mart_early_warning", by="risk_tier",
        sql="count(*)", label="customers",
    ),
    bars(
        "segments", "Value at risk by segment", "mart_segment_profiles", by="segment_name",
        sql="sum(value_at_risk)", label="value at risk", form=",.0f",
    ),
    rows(
        "list", "Warned customers", "mart_early_warning",
        ["customer_id", "risk_tier", "churn_probability", "value_at_risk", "reason_1", "recommended_action"],
        order="value_at_risk", only=WARNED,
    ),
    rows(
        "effects", "What each campaign brought", "mart_campaign_effects",
        ["campaign_id", "action", "is_causal", "retention_adjusted_rate", "retention_lower_rate",
         "retention_upper_rate", "incremental_profit_amount"],
        order="campaign_id", only="segment = 'all'",
    ),
]  # fmt: skip


def position() -> Yaml:
    """Charts in rows of 12 columns, in their order."""
    lines: list[list[Yaml]] = [[]]
    for chart in CHARTS:
        if sum(one["width"] for one in lines[-1]) + chart["width"] > 12:
            lines.append([])
        lines[-1].append(chart)
    row_ids = [f"ROW-{place}" for place in range(len(lines))]
    found: Yaml = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": row_ids, "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": TITLE}},
    }
    for row_id, line in zip(row_ids, lines, strict=True):
        found[row_id] = {
            "type": "ROW",
            "id": row_id,
            "children": [f"CHART-{chart['key']}" for chart in line],
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        for chart in line:
            found[f"CHART-{chart['key']}"] = {
                "type": "CHART",
                "id": f"CHART-{chart['key']}",
                "children": [],
                "parents": ["ROOT_ID", "GRID_ID", row_id],
                "meta": {
                    "uuid": id_of(chart["key"]),
                    "chartId": CHARTS.index(chart) + 1,  # the import replaces it
                    "sliceName": chart["title"],
                    "width": chart["width"],
                    "height": chart["height"],
                },
            }
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
