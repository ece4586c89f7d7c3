"""What a person wants to read after a build: who is about to leave, why, and what they are worth."""

from __future__ import annotations

from typing import Any

import duckdb
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from dbt_retention.errors import RetentionError
from dbt_retention.warehouse import Target, open_to_read

CUSTOMERS = 10
QUESTIONS = (
    (
        "Whom should we call today?",
        "select customer_id, churn_probability, value_at_risk, reason_1 from mart_early_warning "
        "where risk_tier in ('critical', 'high') order by value_at_risk desc limit 20",
    ),
    (
        "Which segment has most to lose?",
        "select segment_name, customers_count, churn_probability_avg, value_at_risk "
        "from mart_segment_profiles order by value_at_risk desc",
    ),
    (
        "How far can the warnings be trusted?",
        "select metric, metric_value, lower_95, upper_95 from mart_model_performance",
    ),
)


def print_summary(target: Target, *, console: Console) -> None:
    """Print the state of the marts that `target` holds."""
    connection = open_to_read(target)
    try:
        parts = [
            _headline(connection),
            _tiers(connection),
            _most_at_stake(connection),
            _where_next(target),
        ]
    except duckdb.CatalogException as error:
        raise RetentionError(
            f"{target.path} has no marts yet: {str(error).splitlines()[0]} "
            "Build them first: retention build --project <folder>"
        ) from error
    finally:
        connection.close()
    for part in parts:
        console.print()
        console.print(part, highlight=False, soft_wrap=isinstance(part, Text))


def _headline(connection: duckdb.DuckDBPyConnection) -> RenderableType:
    [(customers, day, at_risk)] = _rows(
        connection, "select count(*), max(as_of_date), sum(value_at_risk) from mart_early_warning"
    )
    text = Text.assemble(
        (f"{customers:,} customers scored for the morning of {day}", "bold"),
        f"; {at_risk:,.0f} of 12 months' spend is at risk.\n",
    )
    for value, lower, upper, test_date, judged in _rows(
        connection,
        "select metric_value, lower_95, upper_95, as_of_date, customers_count "
        "from mart_model_performance where metric = 'auc'",
    ):
        text.append(
            f"Test AUC {value:.3f} (95 % interval {lower:.3f} to {upper:.3f}) on {judged:,} customers "
            f"of {test_date}, whom the model had not seen."
        )
    return text


def _tiers(connection: duckdb.DuckDBPyConnection) -> RenderableType:
    table = Table(title="Risk tiers", title_justify="left", title_style="bold")
    for column in ("tier", "customers", "mean probability", "value at risk"):
        table.add_column(column, justify="left" if column == "tier" else "right")
    for tier, customers, probability, value in _rows(
        connection,
        "select risk_tier, count(*), avg(churn_probability), sum(value_at_risk) "
        "from mart_early_warning group by risk_tier order by avg(churn_probability) desc",
    ):
        table.add_row(tier, f"{customers:,}", f"{probability:.0%}", f"{value:,.0f}")
    return table


def _most_at_stake(connection: duckdb.DuckDBPyConnection) -> RenderableType:
    table = Table(
        title=f"The {CUSTOMERS} customers with most value at risk",
        title_justify="left",
        title_style="bold",
        show_lines=True,
    )
    table.add_column("customer")
    for column in ("risk", "value at risk"):
        table.add_column(column, justify="right")
    table.add_column("why", overflow="fold")
    for customer, probability, value, *reasons in _rows(
        connection,
        "select customer_id, churn_probability, value_at_risk, reason_1, reason_2, reason_3 "
        f"from mart_early_warning order by value_at_risk desc, customer_id limit {CUSTOMERS}",
    ):
        why = "\n".join(reason for reason in reasons if reason) or "below the lowest warned tier"
        table.add_row(str(customer), f"{probability:.0%}", f"{value:,.0f}", why)
    return table


def _where_next(target: Target) -> RenderableType:
    text = Text.assemble(
        ("Where it is. ", "bold"),
        f"{target.path}, schema {target.schema}: plain tables, any DuckDB client reads them. Start with "
        "mart_early_warning.\n",
        ("Three questions to try\n", "bold"),
    )
    for question, query in QUESTIONS:
        text.append(f"\n  {question}\n")
        text.append(f"    {query};\n", style="cyan")
    return text


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.sql(query).fetchall()
