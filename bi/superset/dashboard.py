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

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "dbt_project" / "models"
# The words of the report and the cockpit.
WORDS = yaml.safe_load(
    (ROOT / "python" / "dbt_retention" / "bi" / "texts" / "en.yml").read_text(encoding="utf-8")
)
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
LABELS = {  # the columns that the charts show, and the key of their label in WORDS
    "customer_id": "customer",
    "risk_tier": "risk_tier",
    "churn_probability": "churn_probability",
    "value_at_risk": "value_at_risk",
    "reason_1": "reason_1",
    "campaign_id": "campaign_id",
    "retention_adjusted_rate": "effect",
    "retention_lower_rate": "lower",
    "retention_upper_rate": "upper",
    "incremental_profit_amount": "incremental_profit",
}


def in_words(column: str, values: str) -> str:
    """SQL: the word for each value of a column; a value without one stays as it is."""
    cases = " ".join(f"when '{value}' then '{word}'" for value, word in WORDS["values"][values].items())
    return f"case {column} {cases} else {column} end"


ORDER = "case risk_tier when 'critical' then 3 when 'high' then 2 when 'medium' then 1 else 0 end"
ACTION = in_words("recommended_action", "recommended_action")
CALCULATED = {  # columns in words, by mart: name, label, SQL
    "mart_early_warning": [
        (
            "action_in_words",
            "Action",
            f"case when is_holdout then 'holdout' else {ACTION} end",
        )
    ],
    "mart_campaign_effects": [
        ("action_in_words", "Action", in_words("action", "action")),
        (
            "control_in_words",
            "Compared with",
            "case when is_causal then 'randomised control group' else 'similar customers' end",
        ),
    ],
}


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
            "verbose_name": label_of(column["name"]),
            "description": " ".join(column["description"].split()),
            "groupby": True,
            "filterable": True,
            "is_active": True,
        }
        for column in model["columns"]
    ]
    columns += [
        {
            "column_name": name,
            "type": "VARCHAR",
            "is_dttm": False,
            "verbose_name": label,
            "expression": sql,
            "groupby": True,
            "filterable": True,
            "is_active": True,
        }
        for name, label, sql in CALCULATED.get(mart, [])
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


def label_of(column: str) -> str:
    """The words for a column: those of the report, otherwise its name."""
    key = LABELS.get(column)
    return WORDS["texts"]["column"][key] if key else column.replace("_", " ").capitalize()


def figure(sql: str, label: str) -> Yaml:
    """An SQL expression as a metric."""
    return {"expressionType": "SQL", "sqlExpression": sql, "label": label, "optionName": f"metric_{label}"}


def where(sql: str) -> list[Yaml]:
    """An SQL condition as a filter."""
    return [{"expressionType": "SQL", "sqlExpression": sql, "clause": "WHERE", "filterOptionName": "only"}]


def number(key: str, title: str, sql: str, *, note: str = "", form: str = ",d", only: str = "") -> Yaml:
    params = {"viz_type": "big_number_total", "metric": figure(sql, title), "y_axis_format": form}
    params |= {"adhoc_filters": where(only) if only else [], "subheader": note, "header_font_size": 0.4}
    return {
        "key": key,
        "title": title,
        "mart": "mart_early_warning",
        "width": 3,
        "height": 18,
        "params": params,
    }


def bars(
    key: str, title: str, mart: str, *, by: str, sql: str, label: str, form: str = ",d", order: str = ""
) -> Yaml:
    """Bars. order: SQL of a number, the largest on top; empty = the longest bar on top."""
    params = {
        "viz_type": "echarts_timeseries_bar",
        "x_axis": by,
        "metrics": [figure(sql, label)],
        "groupby": [],
        "orientation": "horizontal",
        "timeseries_limit_metric": figure(order, "order") if order else None,
        "x_axis_sort": "order" if order else label,
        "x_axis_sort_asc": True,
        "y_axis_format": form,
        "show_value": True,
        "show_legend": False,
        "row_limit": 50,
        "adhoc_filters": [],
    }
    return {"key": key, "title": title, "mart": mart, "width": 6, "height": 44, "params": params}


def form_of(column: str) -> str:
    """The format of a column, by the ending of its name."""
    forms = {"_probability": ".0%", "_rate": "+.1%", "_risk": ",.0f", "_amount": ",.0f"}
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
    number(
        "at_risk", "Value at risk of the warned", "sum(value_at_risk)", form=",.0f", only=WARNED,
        note="in the currency of the orders",
    ),
    number(
        "leavers", "Expected to leave", "sum(churn_probability)", form=",.0f",
        note="sum of all churn probabilities",
    ),
    bars(
        "tiers", "Customers by risk tier", "mart_early_warning", by="risk_tier",
        sql="count(*)", label="customers", order=f"max({ORDER})",
    ),
    bars(
        "segments", "Value at risk by segment", "mart_segment_profiles", by="segment_name",
        sql="sum(value_at_risk)", label="value at risk", form=",.0f",
    ),
    rows(
        "list", "Warned customers", "mart_early_warning",
        ["customer_id", "risk_tier", "churn_probability", "value_at_risk", "reason_1", "action_in_words"],
        order="value_at_risk", only=WARNED,
    ),
    rows(
        "effects", "What each campaign brought", "mart_campaign_effects",
        ["campaign_id", "action_in_words", "control_in_words", "retention_adjusted_rate",
         "retention_lower_rate", "retention_upper_rate", "incremental_profit_amount"],
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
